import { PrivateKeys } from '@prunella/signals';
import { LineTable } from './line-table.ts';

/** So much is read before it is looked at: large enough to be quick, small enough for the processor's cache. */
const BLOCK = 256 * 1024;
/** Of a line with more bytes only the first and the last half of so many are read. */
export const MAX_RAW_LINE = 64 * 1024;
const HALF = MAX_RAW_LINE / 2;
const LINE_END = 0x0a;

const KEY_MARK = Uint8Array.from('PRIVATE KEY', (letter) => letter.charCodeAt(0));
/** The words of which one stands at a multiple of four wherever the mark stands: `PRIV`, `RIVA`, `IVAT`, `VATE`. */
const MARK_WORDS = [0, 1, 2, 3].map((at) => wordOf(KEY_MARK, at));

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Whole lines of a log, without private keys. Valid until more is written. */
export interface Block {
  bytes: Uint8Array;
  /** The same memory. */
  words: Int32Array;
  lines: LineTable;
}

/** Cuts a stream of UTF-8 into blocks of whole lines, takes out private keys and the midst of very long lines. */
export class LineBlocks {
  readonly #onBlock: (block: Block) => void;
  readonly #keys = new PrivateKeys();
  readonly #lines = new LineTable(MAX_RAW_LINE, MARK_WORDS);
  #bytes = new Uint8Array(BLOCK);
  #words = new Int32Array(this.#bytes.buffer);
  #length = 0;
  /** So many lines at the beginning were read before but may still turn out to belong to a key. */
  #held = 0;

  constructor(onBlock: (block: Block) => void) {
    this.#onBlock = onBlock;
  }

  write(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + this.#bytes.length - this.#length);
      this.#bytes.set(part, this.#length);
      this.#length += part.length;
      from += part.length;
      if (this.#length === this.#bytes.length) this.#flush(false);
    }
  }

  end(): void {
    this.#flush(true);
  }

  #flush(last: boolean): void {
    let whole = last ? this.#length : this.#bytes.lastIndexOf(LINE_END, this.#length - 1) + 1;
    this.#lines.read(this.#words, this.#bytes, whole);
    if (this.#lines.count > this.#held) {
      whole = this.#shortenLines(whole);
      whole = this.#takeOutKeys(whole);
      this.#give(last);
    } else if (last) {
      this.#give(true);
    }
    this.#shortenRest();
    if (this.#length > this.#bytes.length / 2) this.#resize(this.#bytes.length * 2);
    else if (this.#bytes.length > BLOCK && this.#length < BLOCK / 2) this.#resize(BLOCK);
  }

  /** Hands out all lines that are certain and moves the rest to the front. */
  #give(last: boolean): void {
    const { count } = this.#lines;
    this.#held = last ? 0 : PrivateKeys.uncertain(count, (line) => this.#lineAt(line), this.#held);
    const given = count - this.#held;
    this.#lines.cutAfter(given);
    const end = this.#lines.starts[given] as number;
    if (given > 0) this.#onBlock({ bytes: this.#bytes, words: this.#words, lines: this.#lines });
    this.#bytes.copyWithin(0, end, this.#length);
    this.#length -= end;
  }

  #lineAt(line: number): string {
    return decoder.decode(this.#bytes.subarray(this.#lines.starts[line], this.#lines.end(line, this.#bytes)));
  }

  /** Takes the midst out of long lines; gives where the last whole line ends now. */
  #shortenLines(whole: number): number {
    const { starts, long } = this.#lines;
    let to = -1;
    let from = 0;
    for (const line of long) {
      // The ones that were held are short by now, or became long when what is broken in them was decoded.
      if (line < this.#held) continue;
      const end = this.#lines.end(line, this.#bytes);
      const cut = (starts[line] as number) + HALF;
      to = to === -1 ? cut : to + this.#move(from, cut, to);
      from = end - HALF;
    }
    if (to === -1) return whole;
    const shorter = to + this.#move(from, whole, to);
    this.#length = shorter + this.#move(whole, this.#length, shorter);
    this.#lines.read(this.#words, this.#bytes, shorter);
    return shorter;
  }

  /** The line whose end is not there yet. */
  #shortenRest(): void {
    const start = this.#bytes.lastIndexOf(LINE_END, this.#length - 1) + 1;
    if (this.#length === 0 || this.#length - start <= MAX_RAW_LINE) return;
    this.#bytes.copyWithin(start + HALF, this.#length - HALF, this.#length);
    this.#length = start + MAX_RAW_LINE;
  }

  #move(from: number, end: number, to: number): number {
    this.#bytes.copyWithin(to, from, end);
    return end - from;
  }

  #takeOutKeys(whole: number): number {
    const from = this.#lines.starts[this.#held] as number;
    if (!this.#keys.open && !this.#hasKeyMark(from, whole)) return whole;
    const lines = Array.from({ length: this.#lines.count }, (_, line) => this.#lineAt(line));
    this.#keys.takeOut(lines, this.#held);
    const ended = this.#bytes[whole - 1] === LINE_END;
    const clean = encoder.encode(ended ? `${lines.join('\n')}\n` : lines.join('\n'));
    const rest = this.#bytes.slice(whole, this.#length);
    if (clean.length + rest.length > this.#bytes.length) this.#resize(2 * (clean.length + rest.length));
    this.#bytes.set(clean);
    this.#bytes.set(rest, clean.length);
    this.#length = clean.length + rest.length;
    this.#lines.read(this.#words, this.#bytes, clean.length);
    return clean.length;
  }

  #hasKeyMark(from: number, end: number): boolean {
    if (!this.#lines.sawWatched) return false;
    for (let at = from >>> 2; at < end >>> 2; at += 1) {
      if (isInKeyMark(this.#words[at] as number, this.#bytes, at << 2)) return true;
    }
    return false;
  }

  #resize(size: number): void {
    const bytes = new Uint8Array((size + 3) & ~3);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer);
  }
}

function isInKeyMark(word: number, bytes: Uint8Array, at: number): boolean {
  const offset = MARK_WORDS.indexOf(word);
  return offset !== -1 && isKeyMarkAt(bytes, at - offset);
}

function isKeyMarkAt(bytes: Uint8Array, start: number): boolean {
  return KEY_MARK.every((byte, index) => bytes[start + index] === byte);
}

function wordOf(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at).getInt32(0, true);
}
