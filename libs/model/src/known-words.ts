import type { Failure } from './failure.ts';
import { slotOf, wordsOf } from './features.ts';

/** The words of examples are bits of a filter of so many: 32 KB; a word that no example had looks known by chance. */
const BITS = 18;
export const WORDS_BYTES = 2 ** BITS / 8;

/** @param start a filter to add to; not changed. Default: an empty one. */
export function knownWords(examples: readonly { failure: Failure }[], start?: Uint8Array): Uint8Array {
  const filter = start?.slice() ?? new Uint8Array(WORDS_BYTES);
  for (const { failure } of examples) {
    for (const bit of wordBits(failure)) filter[bit >> 3] = (filter[bit >> 3] as number) | (1 << (bit & 7));
  }
  return filter;
}

/** Part of a failure's distinct words that are not in the filter, 0..1; 1 when it has none. */
export function unknownShare(filter: Uint8Array, failure: Failure): number {
  const bits = wordBits(failure);
  let unknown = 0;
  for (const bit of bits) if (((filter[bit >> 3] as number) & (1 << (bit & 7))) === 0) unknown += 1;
  return bits.size === 0 ? 1 : unknown / bits.size;
}

function wordBits({ lines }: Failure): Set<number> {
  const bits = new Set<number>();
  for (const { text } of lines) {
    for (const word of wordsOf(text)) if (/[a-z]{2}/.test(word)) bits.add(slotOf(word, BITS));
  }
  return bits;
}
