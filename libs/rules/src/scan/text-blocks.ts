import type { LiteralText } from './pattern-index.ts';

/** So much is looked at at once. */
const BLOCK = 64 * 1024;
const LINE_END = 0x0a;

const encoder = new TextEncoder();

/** Puts texts of lines together into blocks in which literals can be looked for. `first` is the index of a block's first text. */
export function eachBlock(texts: readonly string[], onBlock: (text: LiteralText, first: number) => void): void {
  for (let first = 0; first < texts.length; ) {
    let size = 0;
    let next = first;
    // Three bytes for each unit are enough for any text.
    while (next < texts.length && (next === first || size < BLOCK)) size += 3 * (texts[next++] as string).length + 1;
    const bytes = new Uint8Array((size + 3) & ~3);
    const starts = new Int32Array(next - first + 1);
    let length = 0;
    for (let index = first; index < next; index += 1) {
      length += encoder.encodeInto(texts[index] as string, bytes.subarray(length)).written;
      bytes[length] = LINE_END;
      length += 1;
      starts[index - first + 1] = length;
    }
    onBlock({ words: new Int32Array(bytes.buffer), bytes, length, starts }, first);
    first = next;
  }
}
