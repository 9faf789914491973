import { builtinBytes } from './builtin-bytes.ts';
import type { Model } from './model.ts';
import { decodeModel } from './model-file.ts';

/** The model that comes with Prunella. Takes some 50 ms and 6 MB, so read it once. */
export function builtinModel(): Model {
  return decodeModel('builtin/causes.model', builtinBytes());
}
