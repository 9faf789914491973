import { rarity } from './gram-weights.ts';

/** Texts to look for are longer than this; see `GramFilter`. */
const SHORTEST = 3;
/** From so many bytes on, every place of a literal has a whole word at a multiple of four in it. */
const WORD_SURE = 7;
/** From so many bytes on, every place of a literal has four bytes at a multiple of two in it. */
const PAIRS_SURE = 5;

/** Makes capital ASCII letters small; other bytes may become the same as another, which the check afterwards sees. */
const FOLD_WORD = 0x20202020;
const FOLD_PAIR = 0x2020;
const HASH = 0x9e3779b1 | 0;
const TABLE_BITS = 16;
const SHIFT = 32 - TABLE_BITS;

/** Small letters for capital ones; every other byte stays. */
export const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte));

const NONE = 0;

/** Where something was found: the number of the literal, and where it begins. */
export type Found = (literal: number, at: number) => void;

/**
 * Finds many literals at once in bytes, ASCII letters in either case.
 *
 * Looks at every fourth byte only: a literal of seven bytes covers a whole aligned word wherever it stands, so of each
 * the four words of its rarest seven bytes are kept in a hash table, and nearly every word of a log is in none. Shorter
 * literals are looked for by four bytes at every second place, the shortest by pairs of bytes; both are only done when
 * there are such.
 */
export class GramFilter {
  readonly #literals: readonly Uint8Array[];
  /** Entries by hash; 0: none. The entries of one hash are chained by `#next`. */
  readonly #words = new Uint16Array(1 << TABLE_BITS);
  readonly #betweens = new Uint16Array(1 << TABLE_BITS);
  readonly #pairs = new Uint16Array(1 << TABLE_BITS);
  readonly #entries: { gram: number; literal: number; offset: number; next: number }[] = [
    { gram: 0, literal: 0, offset: 0, next: NONE },
  ];
  readonly #hasBetweens: boolean;
  readonly #hasPairs: boolean;

  /** @param literals each with at least three bytes of UTF-8; the place in the list is the literal's number. */
  constructor(literals: readonly string[]) {
    const encoder = new TextEncoder();
    this.#literals = literals.map((text) => encoder.encode(text).map((byte) => FOLDED[byte] ?? byte));
    for (const [number, bytes] of this.#literals.entries()) this.#add(number, bytes);
    this.#hasBetweens = this.#literals.some(({ length }) => length < WORD_SURE && length >= PAIRS_SURE);
    this.#hasPairs = this.#literals.some(({ length }) => length < PAIRS_SURE);
  }

  /**
   * Calls `found` for every place of every literal in the first `length` bytes of `words`, by place in steps of four
   * bytes. What stands after them has to be zero up to a multiple of four.
   */
  scan(words: Uint32Array, bytes: Uint8Array, length: number, found: Found): void {
    const end = (length + 3) >>> 2;
    if (this.#hasBetweens || this.#hasPairs) this.#scanAll(words, bytes, length, end, found);
    else this.#scanWords(words, bytes, length, end, found);
  }

  #scanWords(words: Uint32Array, bytes: Uint8Array, length: number, end: number, found: Found): void {
    const table = this.#words;
    for (let at = 0; at < end; at += 1) {
      const word = (words[at] as number) | FOLD_WORD;
      const entry = table[Math.imul(word, HASH) >>> SHIFT] as number;
      if (entry !== NONE) this.#check(entry, word, bytes, at << 2, length, found);
    }
  }

  #scanAll(words: Uint32Array, bytes: Uint8Array, length: number, end: number, found: Found): void {
    const table = this.#words;
    const betweens = this.#betweens;
    const pairs = this.#pairs;
    const hasPairs = this.#hasPairs;
    let before = 0;
    for (let at = 0; at < end; at += 1) {
      const word = (words[at] as number) | FOLD_WORD;
      const between = (before >>> 16) | (word << 16);
      const entry = table[Math.imul(word, HASH) >>> SHIFT] as number;
      const other = betweens[Math.imul(between, HASH) >>> SHIFT] as number;
      before = word;
      if (hasPairs) {
        const low = pairs[word & 0xffff] as number;
        const high = pairs[word >>> 16] as number;
        if (low !== NONE) this.#check(low, word & 0xffff, bytes, at << 2, length, found);
        if (high !== NONE) this.#check(high, word >>> 16, bytes, (at << 2) + 2, length, found);
      }
      if (other !== NONE) this.#check(other, between, bytes, (at << 2) - 2, length, found);
      if (entry !== NONE) this.#check(entry, word, bytes, at << 2, length, found);
    }
  }

  #check(first: number, gram: number, bytes: Uint8Array, at: number, length: number, found: Found): void {
    for (let number = first; number !== NONE; ) {
      const entry = this.#entries[number];
      if (entry === undefined) return;
      number = entry.next;
      if (entry.gram !== gram) continue;
      const start = at - entry.offset;
      const literal = this.#literals[entry.literal] as Uint8Array;
      if (start >= 0 && start + literal.length <= length && standsAt(bytes, start, literal)) found(entry.literal, start);
    }
  }

  #add(literal: number, bytes: Uint8Array): void {
    if (bytes.length < SHORTEST) throw new RangeError(`expected a literal of ${SHORTEST} bytes, found ${bytes.length}`);
    if (bytes.length >= WORD_SURE) {
      const start = rarestWindow(bytes, WORD_SURE);
      for (let at = start; at < start + 4; at += 1) this.#put(this.#words, literal, at, wordAt(bytes, at));
      return;
    }
    if (bytes.length >= PAIRS_SURE) {
      const start = rarestWindow(bytes, PAIRS_SURE);
      for (let at = start; at < start + 2; at += 1) {
        this.#put(this.#words, literal, at, wordAt(bytes, at));
        this.#put(this.#betweens, literal, at, wordAt(bytes, at));
      }
      return;
    }
    const start = rarestWindow(bytes, SHORTEST);
    for (let at = start; at < start + 2; at += 1) {
      const gram = (((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) | FOLD_PAIR) >>> 0;
      this.#link(this.#pairs, gram, { gram, literal, offset: at });
    }
  }

  #put(table: Uint16Array, literal: number, offset: number, gram: number): void {
    this.#link(table, Math.imul(gram, HASH) >>> SHIFT, { gram, literal, offset });
  }

  #link(table: Uint16Array, slot: number, entry: { gram: number; literal: number; offset: number }): void {
    if (this.#entries.length > 0xffff) throw new RangeError('expected at most 16,000 literals');
    this.#entries.push({ ...entry, next: table[slot] ?? NONE });
    table[slot] = this.#entries.length - 1;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return a | (b << 8) | (c << 16) | (d << 24) | FOLD_WORD;
}

/** Where the window begins whose grams are found by accident least often. */
function rarestWindow(bytes: Uint8Array, size: number): number {
  const gram = size === SHORTEST ? 2 : 4;
  let best = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let start = 0; start + size <= bytes.length; start += 1) {
    let accidents = 0;
    for (let at = start; at + gram <= start + size; at += 1) accidents += 2 ** -rarity(bytes, at, at + gram);
    if (accidents < fewest) [best, fewest] = [start, accidents];
  }
  return best;
}

function standsAt(bytes: Uint8Array, start: number, literal: Uint8Array): boolean {
  for (let at = 0; at < literal.length; at += 1) {
    if (FOLDED[bytes[start + at] as number] !== literal[at]) return false;
  }
  return true;
}
