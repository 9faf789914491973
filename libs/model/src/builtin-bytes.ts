import { BUILTIN_MODEL } from './gen/builtin.ts';

/**
 * The file of the model that comes with Prunella. A bundle has another module in the place of this one, which reads it from
 * beside itself (scripts/bundle.mjs): here it is a text that would stay in memory twice, in the module's text and as its constant.
 */
export function builtinBytes(): Uint8Array {
  const text = atob(BUILTIN_MODEL);
  const bytes = new Uint8Array(text.length);
  // A plain loop: `Uint8Array.from` with a function takes ten times as long.
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
