const LINE_END = 0x0a;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const DELETE = 0x7f;

/** Four capital letters in a row, or what is next to them in ASCII: hardly any word of a log is that. */
const LETTER_ROW = 0xe0e0e0e0 | 0;
const CAPITALS = 0x40404040;

/** Where the lines of a block begin, and which of them hold bytes that cleaning takes out of their midst. */
export class LineTable {
  /** Where each line begins, then where the last one ends: `count + 1` places. */
  starts = new Int32Array(4_096);
  count = 0;
  /** Numbers of the lines with colours or other control characters, ascending. */
  readonly odd: number[] = [];
  /** Numbers of the lines with more bytes than `longest`, ascending. */
  readonly long: number[] = [];
  /** Whether one of the watched words stands at a multiple of four. */
  sawWatched = false;
  readonly #longest: number;
  readonly #watched: readonly number[];

  /** @param watched four capital letters each, as a word of memory. */
  constructor(longest = Number.POSITIVE_INFINITY, watched: readonly number[] = []) {
    this.#longest = longest;
    this.#watched = watched;
  }

  /** Reads the first `length` bytes, which are those of `words`. What stands after the last line end is a line, too. */
  read(words: Int32Array, bytes: Uint8Array, length: number): void {
    this.odd.length = 0;
    this.long.length = 0;
    this.count = 0;
    this.sawWatched = false;
    this.#begin(0);
    const whole = length >>> 2;
    for (let at = 0; at < whole; at += 1) {
      const word = words[at] as number;
      // True for every word with a byte below 0x20 or above 0x7e, and for few others.
      if (((word - 0x20202020) | (word + 0x01010101) | word) & 0x80808080) {
        this.#look(bytes, at << 2, (at << 2) + 4, length);
      } else if ((word & LETTER_ROW) === CAPITALS && this.#watched.includes(word)) {
        this.sawWatched = true;
      }
    }
    this.#look(bytes, whole << 2, length, length);
    if (this.starts[this.count] === length) return;
    this.#begin(length, this.count + 1);
    if (this.#isLong(this.count - 1, length)) this.long.push(this.count - 1);
  }

  /** Where the line ends, without its line end. */
  end(line: number, bytes: Uint8Array): number {
    const end = this.starts[line + 1] as number;
    return end > (this.starts[line] as number) && bytes[end - 1] === LINE_END ? end - 1 : end;
  }

  /** Forgets the lines from this one on. */
  cutAfter(count: number): void {
    this.count = Math.min(count, this.count);
    while ((this.odd.at(-1) ?? -1) >= this.count) this.odd.pop();
  }

  #isLong(line: number, end: number): boolean {
    return end - (this.starts[line] as number) > this.#longest;
  }

  #look(bytes: Uint8Array, from: number, to: number, length: number): void {
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at] as number;
      if (byte >= 0x20 && byte < DELETE) continue;
      if (byte === LINE_END) {
        if (this.#isLong(this.count, at)) this.long.push(this.count);
        this.#begin(at + 1, this.count + 1);
      } else if (isOdd(bytes, at, byte, length) && this.odd.at(-1) !== this.count) {
        this.odd.push(this.count);
      }
    }
  }

  #begin(start: number, line = 0): void {
    if (line === this.starts.length) {
      const larger = new Int32Array(this.starts.length * 2);
      larger.set(this.starts);
      this.starts = larger;
    }
    this.starts[line] = start;
    this.count = line;
  }
}

/** Control characters, the one-byte CSI (U+009B) and byte order marks. */
function isOdd(bytes: Uint8Array, at: number, byte: number, length: number): boolean {
  if (byte < 0x20) return byte !== TAB && byte !== CARRIAGE_RETURN;
  if (byte === DELETE) return true;
  if (at + 1 >= length) return false;
  return (
    (byte === 0xc2 && bytes[at + 1] === 0x9b) || (byte === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf)
  );
}
