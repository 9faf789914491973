import { textRarity } from './common-words.ts';

/** From so many bytes on, every place of a literal has two whole words in a row at multiples of four in it. */
const TWO_WORDS_SURE = 11;
/** From so many bytes on, every place of a literal has a whole word at a multiple of four in it. */
const WORD_SURE = 7;
/** From so many bytes on, every place of a literal has four bytes at a multiple of two in it. */
const PAIRS_SURE = 5;
const WORD = 4;
/** Shorter literals are in too many places to look for. */
const SHORTEST = 3;

/** Makes capital ASCII letters small; other bytes may become the same as another, which the check afterwards sees. */
const FOLD = 0x20202020;
const decoder = new TextDecoder();
const HASH = 0x9e3779b1 | 0;
const SLOT_BITS = 16;
/** Mixes the word before into the hash of a word. */
const PAIR_HASH = 0x85ebca6b | 0;
/** A gram that is in no other literal costs so many times what one does at which has to be looked anyway. */
const NEW_GRAM = 2;

const ANY_BYTE = Array.from({ length: 256 }, (_, byte) => byte);

/** Small letters for capital ones; every other byte stays. */
export const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte,
);

/** Where something was found: the number of the literal, and where it begins. */
export type Found = (literal: number, at: number) => void;

/**
 * Finds many literals at once in bytes, ASCII letters in either case.
 *
 * Looks at every fourth byte only: a literal of eleven bytes covers two whole aligned words wherever it stands, so of
 * each the four pairs of words of its rarest eleven bytes are kept in a hash table, and nearly no pair of a log is in
 * it. Of those with at least seven bytes single words are kept, in a second table. Shorter
 * literals are looked for by four bytes at every second place, but only when there are such; of the shortest all words
 * are kept that three of their bytes and any other one make.
 */
export class GramFilter {
  readonly #literals: readonly Uint8Array[];
  /** For pairs of words and words at multiples of four, and for words at two more. */
  readonly #pairs: GramTable;
  readonly #words: GramTable;
  readonly #betweens: GramTable;
  readonly #hasBetweens: boolean;

  /** @param literals each with at least three bytes of UTF-8; the place in the list is the literal's number. */
  constructor(literals: readonly string[]) {
    this.#literals = literals.map(foldedBytes);
    const entries = entriesOf(this.#literals);
    const lengthOf = ({ literal }: Entry): number => (this.#literals[literal] as Uint8Array).length;
    this.#pairs = new GramTable(
      20,
      entries.filter((entry) => lengthOf(entry) >= TWO_WORDS_SURE),
    );
    this.#words = new GramTable(
      20,
      entries.filter((entry) => lengthOf(entry) < TWO_WORDS_SURE),
    );
    const short = entries.filter((entry) => lengthOf(entry) < WORD_SURE);
    this.#betweens = new GramTable(20, short);
    this.#hasBetweens = short.length > 0;
  }

  /**
   * Calls `found` for every place of every literal in the first `length` bytes, which are those of `words`. What is
   * found later ends later, but for a few bytes.
   */
  scan(words: Int32Array, bytes: Uint8Array, length: number, found: Found): void {
    const end = (length + 3) >>> 2;
    if (this.#hasBetweens) this.#scanBetweens(words, bytes, length, end, found);
    else this.#scanWords(words, bytes, length, end, found);
  }

  #scanWords(words: Int32Array, bytes: Uint8Array, length: number, end: number, found: Found): void {
    const { bits: pairs, shift: shiftPairs } = this.#pairs;
    const { bits, shift } = this.#words;
    let before = 0;
    for (let at = 0; at < end; at += 1) {
      const word = (words[at] as number) | FOLD;
      const pair = Math.imul(Math.imul(before, PAIR_HASH) ^ word, HASH);
      const hash = Math.imul(word, HASH);
      before = word;
      if (isSet(pairs, pair >>> shiftPairs)) this.#check(this.#pairs, word, pair, bytes, at << 2, length, found);
      if (isSet(bits, hash >>> shift)) this.#check(this.#words, word, hash, bytes, at << 2, length, found);
    }
  }

  #scanBetweens(words: Int32Array, bytes: Uint8Array, length: number, end: number, found: Found): void {
    const { bits: pairs, shift: shiftPairs } = this.#pairs;
    const { bits, shift } = this.#words;
    const { bits: betweens, shift: shiftBetweens } = this.#betweens;
    let before = 0;
    for (let at = 0; at <= end; at += 1) {
      const word = at < end ? (words[at] as number) | FOLD : FOLD;
      const between = (before >>> 16) | (word << 16);
      const pair = Math.imul(Math.imul(before, PAIR_HASH) ^ word, HASH);
      const hash = Math.imul(word, HASH);
      const other = Math.imul(between, HASH);
      before = word;
      if (isSet(betweens, other >>> shiftBetweens)) {
        this.#check(this.#betweens, between, other, bytes, (at << 2) - 2, length, found);
      }
      if (isSet(pairs, pair >>> shiftPairs)) this.#check(this.#pairs, word, pair, bytes, at << 2, length, found);
      if (isSet(bits, hash >>> shift)) this.#check(this.#words, word, hash, bytes, at << 2, length, found);
    }
  }

  #check(
    table: GramTable,
    gram: number,
    hash: number,
    bytes: Uint8Array,
    at: number,
    length: number,
    found: Found,
  ): void {
    const { grams, masks, nears, literals, offsets } = table;
    const near = nearOf(bytes, at);
    const slot = hash >>> (32 - SLOT_BITS);
    const end = table.slots[slot + 1] as number;
    for (let entry = table.slots[slot] as number; entry < end; entry += 1) {
      if (grams[entry] !== gram || (near & (masks[entry] as number)) !== nears[entry]) continue;
      const start = at - (offsets[entry] as number);
      const number = literals[entry] as number;
      const literal = this.#literals[number] as Uint8Array;
      if (start >= 0 && start + literal.length <= length && standsAt(bytes, start, literal)) found(number, start);
    }
  }
}

function isSet(bits: Int32Array, bit: number): boolean {
  return (((bits[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1;
}

/** Four bytes by which a literal is found. */
interface Entry {
  gram: number;
  /** Of the gram, or of it and the word before. */
  hash: number;
  literal: number;
  /** Where in the literal they stand. */
  offset: number;
  /** What stands next to them, as `nearOf` says it, and which of that is known. */
  near: number;
  mask: number;
}

type Gram = Pick<Entry, 'gram' | 'offset' | 'hash'>;

/** The two bytes before and the two after the four that stand at a place, in small letters; 0: there is none. */
function nearOf(bytes: Uint8Array, at: number): number {
  const before =
    at >= 2
      ? ((FOLDED[bytes[at - 2] as number] as number) << 24) | ((FOLDED[bytes[at - 1] as number] as number) << 16)
      : at === 1
        ? (FOLDED[bytes[0] as number] as number) << 16
        : 0;
  if (at + WORD + 1 < bytes.length) {
    return (
      before |
      ((FOLDED[bytes[at + WORD] as number] as number) << 8) |
      (FOLDED[bytes[at + WORD + 1] as number] as number)
    );
  }
  return at + WORD < bytes.length ? before | ((FOLDED[bytes[at + WORD] as number] as number) << 8) : before;
}

/** All entries by hash, and a bit for each longer hash, so that most grams of a log are seen not to be there at once. */
class GramTable {
  readonly bits: Int32Array;
  /** How far a hash is shifted to be a number of a bit. */
  readonly shift: number;
  /** Where the entries of a slot begin; they end where those of the next one do. */
  readonly slots = new Int32Array((1 << SLOT_BITS) + 1);
  readonly grams: Int32Array;
  readonly nears: Int32Array;
  readonly masks: Int32Array;
  readonly literals: Int32Array;
  readonly offsets: Int32Array;

  constructor(bits: number, entries: readonly Entry[]) {
    this.bits = new Int32Array(1 << (bits - 5));
    this.shift = 32 - bits;
    const sorted = entries.toSorted((a, b) => a.hash - b.hash || a.literal - b.literal || a.offset - b.offset);
    this.grams = Int32Array.from(sorted, ({ gram }) => gram);
    this.nears = Int32Array.from(sorted, ({ near }) => near);
    this.masks = Int32Array.from(sorted, ({ mask }) => mask);
    this.literals = Int32Array.from(sorted, ({ literal }) => literal);
    this.offsets = Int32Array.from(sorted, ({ offset }) => offset);
    for (const { hash } of sorted) {
      setBit(this.bits, hash >>> this.shift);
      const next = (hash >>> (32 - SLOT_BITS)) + 1;
      this.slots[next] = (this.slots[next] as number) + 1;
    }
    for (let slot = 0; slot < 1 << SLOT_BITS; slot += 1) {
      this.slots[slot + 1] = (this.slots[slot + 1] as number) + (this.slots[slot] as number);
    }
  }
}

function setBit(bits: Int32Array, bit: number): void {
  bits[bit >>> 5] = (bits[bit >>> 5] as number) | (1 << (bit & 31));
}

/** A text's bytes with small ASCII letters. */
export function foldedBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text).map((byte) => FOLDED[byte] as number);
}

/** Whether the literal, in small letters, stands at this place in either case. */
export function standsAt(bytes: Uint8Array, start: number, literal: Uint8Array): boolean {
  for (let at = 0; at < literal.length; at += 1) {
    if (FOLDED[bytes[start + at] as number] !== literal[at]) return false;
  }
  return true;
}

function entriesOf(literals: readonly Uint8Array[]): Entry[] {
  const chosen = new Set<number>();
  return literals.flatMap((bytes, literal) => {
    const grams = gramsOf(bytes, chosen);
    for (const { hash } of grams) chosen.add(hash);
    return grams.map((gram) => {
      const mask = nearOf(
        bytes.map(() => 0xff),
        gram.offset,
      );
      return { ...gram, literal, mask, near: nearOf(bytes, gram.offset) & mask };
    });
  });
}

/** @param chosen hashes of grams of other literals, at which has to be looked anyway. */
function gramsOf(bytes: Uint8Array, chosen: ReadonlySet<number>): Gram[] {
  if (bytes.length < SHORTEST) throw new RangeError(`expected a literal of ${SHORTEST} bytes, found ${bytes.length}`);
  if (bytes.length < PAIRS_SURE) return shortGrams(bytes);
  const pairs = bytes.length >= TWO_WORDS_SURE;
  const sure = bytes.length >= WORD_SURE ? 4 : 2;
  const first = pairs ? WORD : 0;
  const grams = Array.from({ length: bytes.length - WORD - first + 1 }, (_, index) =>
    pairs ? pairAt(bytes, index) : wordGram(wordAt(bytes, index), index),
  );
  const costs = grams.map(({ hash, offset }) => {
    const text = decoder.decode(bytes.subarray(offset - first, offset + WORD));
    return 2 ** -textRarity(text) * (chosen.has(hash) ? 1 : NEW_GRAM);
  });
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start + sure <= grams.length; start += 1) {
    const cost = costs.slice(start, start + sure).reduce((sum, one) => sum + one, 0);
    if (cost < least) [best, least] = [start, cost];
  }
  return grams.slice(best, best + sure);
}

function wordGram(gram: number, offset: number): Gram {
  return { gram, offset, hash: Math.imul(gram, HASH) >>> 0 };
}

/** The second of two words, of which the first begins at this place. */
function pairAt(bytes: Uint8Array, at: number): Gram {
  const gram = wordAt(bytes, at + WORD);
  const hash = Math.imul(Math.imul(wordAt(bytes, at), PAIR_HASH) ^ gram, HASH) >>> 0;
  return { gram, offset: at + WORD, hash };
}

/** Three bytes with any other before or, when there is no fourth one, after them. */
function shortGrams(bytes: Uint8Array): Gram[] {
  const [a = 0, b = 0, c = 0, d] = bytes;
  const before = ANY_BYTE.map((byte) => wordOf(byte, a, b, c));
  const after = d === undefined ? ANY_BYTE.map((byte) => wordOf(a, b, c, byte)) : [wordOf(a, b, c, d)];
  return [...distinct(before).map((gram) => wordGram(gram, -1)), ...distinct(after).map((gram) => wordGram(gram, 0))];
}

function distinct(numbers: readonly number[]): number[] {
  return [...new Set(numbers)];
}

function wordAt(bytes: Uint8Array, at: number): number {
  return wordOf(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0);
}

function wordOf(a: number, b: number, c: number, d: number): number {
  return a | (b << 8) | (c << 16) | (d << 24) | FOLD;
}
