import { cleanLine } from '@prunella/signals';
import type { Block } from './line-blocks.ts';
import type { LineTable } from './line-table.ts';

const ESCAPE = 0x1b;
const BACKSLASH = 0x5c;
const BELL = 0x07;
const DELETE = 0x7f;
/** A hidden text of up to so many bytes is surely one that cleaning takes out. */
const LONGEST_HIDDEN = 500;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * A block in which literals stand as they do in cleaned lines: colours and control characters are gone from the midst of
 * lines. Time stamps and marks in front still stand there.
 */
export class PlainLines {
  bytes: Uint8Array = new Uint8Array(0);
  words: Int32Array = new Int32Array(0);
  /** Where each line begins, then where the last one ends. */
  starts: Int32Array = new Int32Array(0);
  length = 0;
  /** Numbers of the lines of which the marks in front are gone, too. */
  readonly cleaned = new Set<number>();
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Int32Array = new Int32Array(0);
  #starts: Int32Array = new Int32Array(0);

  /** Reads a block; it is not copied where it is plain already, so it may not change before the next call. */
  read({ words, bytes, lines }: Block): void {
    this.bytes = bytes;
    this.words = words;
    this.starts = lines.starts;
    this.length = lines.starts[lines.count] as number;
    this.cleaned.clear();
    if (lines.odd.length > 0) this.#strip(lines);
  }

  #strip(table: LineTable): void {
    const { bytes, length } = this;
    const { starts, count, odd } = table;
    this.#makeRoom(length, count + 1);
    let to = 0;
    let line = 0;
    for (const next of [...odd, count]) {
      const from = starts[line] as number;
      const end = starts[next] as number;
      this.#bytes.set(bytes.subarray(from, end), to);
      for (const shift = to - from; line < next; line += 1) this.#starts[line] = (starts[line] as number) + shift;
      to += end - from;
      this.#starts[line] = to;
      if (line === count) break;
      to = this.#withoutControls(bytes, line, end, starts[line + 1] as number, to);
      line += 1;
    }
    this.bytes = this.#bytes;
    this.words = this.#words;
    this.starts = this.#starts;
    this.length = to;
  }

  /** Copies a line from `to` on, as cleaning would leave it but for its beginning; gives where it ends. */
  #withoutControls(bytes: Uint8Array, line: number, from: number, end: number, to: number): number {
    const out = this.#bytes;
    let put = to;
    for (let at = from; at < end; ) {
      const byte = bytes[at] as number;
      if (byte === ESCAPE) {
        const next = afterEscape(bytes, at, end);
        if (next === undefined) return this.#clean(bytes, line, from, end, to);
        at = next;
        continue;
      }
      if (byte === 0xc2 && bytes[at + 1] === 0x9b) return this.#clean(bytes, line, from, end, to);
      if (byte === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) {
        at += 3;
        continue;
      }
      if ((byte >= 0x20 && byte !== DELETE) || (byte >= 0x09 && byte <= 0x0d && byte !== 0x0b && byte !== 0x0c)) {
        out[put] = byte;
        put += 1;
      }
      at += 1;
    }
    return put;
  }

  #clean(bytes: Uint8Array, line: number, from: number, end: number, to: number): number {
    this.cleaned.add(line);
    const text = cleanLine(decoder.decode(bytes.subarray(from, end)).replace(/\n$/, ''));
    // What was broken takes more bytes once it is decoded, and stands in no literal.
    return to + encoder.encodeInto(text.replaceAll('\ufffd', '?'), this.#bytes.subarray(to, to + end - from)).written;
  }

  #makeRoom(bytes: number, lines: number): void {
    if (this.#bytes.length < bytes) {
      this.#bytes = new Uint8Array((bytes + 7) & ~3);
      this.#words = new Int32Array(this.#bytes.buffer);
    }
    if (this.#starts.length < lines) this.#starts = new Int32Array(lines * 2);
  }
}

/** Where the text goes on after a control sequence; undefined: it is a rare one, for which this is not the place. */
function afterEscape(bytes: Uint8Array, at: number, end: number): number | undefined {
  const kind = at + 1 < end ? (bytes[at + 1] as number) : 0;
  switch (kind) {
    case 0x5b:
      return afterCsi(bytes, at + 2, end) ?? at + 1;
    case 0x5d:
    case 0x5f:
      return afterHidden(bytes, at + 2, end);
    default:
      // `ESC` and one of `@A-Z\\^=>`; of anything else only the escape itself goes.
      return (kind >= 0x40 && kind <= 0x5a) || kind === BACKSLASH || kind === 0x5e || kind === 0x3d || kind === 0x3e
        ? at + 2
        : at + 1;
  }
}

/** `[0-?]{0,64}[ -/]{0,8}[@-~]`; undefined: this is none. */
function afterCsi(bytes: Uint8Array, from: number, end: number): number | undefined {
  let at = from;
  while (at < end && at < from + 64 && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x3f) at += 1;
  const middle = at;
  while (at < end && at < middle + 8 && (bytes[at] as number) >= 0x20 && (bytes[at] as number) <= 0x2f) at += 1;
  return at < end && (bytes[at] as number) >= 0x40 && (bytes[at] as number) <= 0x7e ? at + 1 : undefined;
}

/** Titles, links and commands of programs, up to `BEL` or `ESC \`. */
function afterHidden(bytes: Uint8Array, from: number, end: number): number | undefined {
  const limit = Math.min(end, from + LONGEST_HIDDEN);
  for (let at = from; at < limit; at += 1) {
    const byte = bytes[at] as number;
    if (byte === BELL) return at + 1;
    if (byte === ESCAPE) return bytes[at + 1] === BACKSLASH ? at + 2 : undefined;
  }
  return undefined;
}
