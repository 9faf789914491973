import { BUILTIN_MODEL } from './gen/builtin.ts';
import type { Model } from './model.ts';
import { decodeModel } from './model-file.ts';

/** The model that comes with Prunella. Takes some 20 ms, so read it once. */
export function builtinModel(): Model {
  return decodeModel(
    'builtin/causes.model',
    Uint8Array.from(atob(BUILTIN_MODEL), (sign) => sign.charCodeAt(0)),
  );
}
