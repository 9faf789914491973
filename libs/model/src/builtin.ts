import { BUILTIN_MODEL } from './gen/builtin.ts';
import type { Model } from './model.ts';
import { decodeModel } from './model-file.ts';

/** The model that comes with Prunella. Takes some 50 ms and 6 MB, so read it once. */
export function builtinModel(): Model {
  return decodeModel('builtin/causes.model', bytesOf(BUILTIN_MODEL));
}

/** A plain loop: `Uint8Array.from` with a function takes ten times as long. */
function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
