/** Levels of lists and objects inside each other that JSON may have which somebody sends. Nothing that we read has ten. */
export const DEEPEST_JSON = 200;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, OPEN_OBJECT] = [0x5b, 0x7b];
const [CLOSE_LIST, CLOSE_OBJECT] = [0x5d, 0x7d];

/**
 * Whether JSON is deeper than we take. Told before it is parsed: a level is one byte to write and some fifty in memory, and what goes through a value afterwards goes as deep on
 * the stack. Bytes that are no JSON have any answer. Linear; 64 KiB take some hundredths of a millisecond.
 */
export function isTooDeep(json: Uint8Array, deepest = DEEPEST_JSON): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case QUOTE:
        at = endOfText(json, at + 1);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        if (depth > deepest) return true;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1;
    }
  }
  return false;
}

/** Where the quote stands that ends a text. */
function endOfText(json: Uint8Array, from: number): number {
  let at = from;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}
