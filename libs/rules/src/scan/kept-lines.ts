import type { Line } from '@prunella/signals';
import type { Block } from './line-blocks.ts';
import { cleanText, type LineTexts } from './line-texts.ts';

const LINE_END = 0x0a;
const HEAD_LINES = 400;
const TAIL_LINES = 4_000;
const TAIL_BYTES = 2 * 1024 ** 2;
/** Blocks are hardly ever larger. */
const USUAL_PART = 256 * 1024;
const LINES_BEFORE = 3;
const LINES_AFTER = 12;
/** At most so many lines are kept from around hits. */
const AROUND_LINES = 4_000;

/** The first lines of a log. */
export class Head {
  readonly lines: Line[] = [];

  read(count: number, texts: LineTexts): void {
    for (let index = 0; index < count && this.lines.length < HEAD_LINES; index += 1) this.lines.push(texts.at(index));
  }
}

/** The end of a log: kept as bytes until the lines are asked for. */
export class Tail {
  readonly #parts: { bytes: Uint8Array; length: number; count: number }[] = [];
  /** Sums over the parts. */
  #length = 0;
  #count = 0;
  /** The number of the last line. */
  #last = 0;

  /** @param firstLine the number of the block's first line. */
  read({ bytes, lines }: Block, firstLine: number): void {
    const end = lines.starts[lines.count] as number;
    let first = 0;
    while (end - (lines.starts[first] as number) > TAIL_BYTES) first += 1;
    const part = bytes.subarray(lines.starts[first], end);
    const count = lines.count - first;
    this.#length += part.length;
    this.#count += count;
    this.#last = firstLine + lines.count - 1;
    const spare = this.#dropUseless();
    // Memory is used again: a large log would else leave a copy of itself to the garbage collector.
    const copy =
      spare !== undefined && spare.length >= part.length ? spare : new Uint8Array(Math.max(part.length, USUAL_PART));
    copy.set(part);
    this.#parts.push({ bytes: copy, length: part.length, count });
  }

  /** The last 4,000 lines, fewer where they have more than 2 MB. */
  lines(): Line[] {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const lines: Line[] = [];
    let room = TAIL_BYTES;
    for (const { bytes, length } of this.#parts.toReversed()) {
      for (let end = length; end > 0 && lines.length < TAIL_LINES; ) {
        const textEnd = bytes[end - 1] === LINE_END ? end - 1 : end;
        const start = textEnd === 0 ? 0 : bytes.lastIndexOf(LINE_END, textEnd - 1) + 1;
        room -= end - start;
        if (room < 0) return lines.reverse();
        const text = cleanText(decoder.decode(bytes.subarray(start, textEnd)));
        lines.push({ line: this.#last - lines.length, text });
        end = start;
      }
    }
    return lines.reverse();
  }

  /** Gives the memory of a part that is no longer needed. */
  #dropUseless(): Uint8Array | undefined {
    let spare: Uint8Array | undefined;
    for (let first = this.#parts[0]; first !== undefined; first = this.#parts[0]) {
      if (this.#count - first.count < TAIL_LINES && this.#length - first.length < TAIL_BYTES) return spare;
      this.#parts.shift();
      this.#count -= first.count;
      this.#length -= first.length;
      spare = first.bytes;
    }
    return spare;
  }
}

/** Lines near hits. */
export class Around {
  readonly lines: Line[] = [];
  /** The last lines of the blocks before. */
  #before: Line[] = [];
  /** Ranges of line numbers that are wanted, ascending and apart; the ones that were taken are gone. */
  #wanted: { from: number; to: number }[] = [];
  #room = AROUND_LINES;

  /** Wants the lines around this one. Lines have to come in ascending order. */
  want(line: number): void {
    if (this.#room <= 0) return;
    const last = this.#wanted.at(-1);
    const taken = Math.max(last?.to ?? 0, this.lines.at(-1)?.line ?? 0);
    const from = Math.max(line - LINES_BEFORE, taken + 1);
    const to = line + LINES_AFTER;
    if (to < from) return;
    this.#room -= to - from + 1;
    this.#wanted.push({ from, to });
  }

  /** Takes the wanted lines of a block when all of its hits are known. */
  read(count: number, firstLine: number, texts: LineTexts): void {
    const end = firstLine + count;
    const open: { from: number; to: number }[] = [];
    for (const { from, to } of this.#wanted) {
      this.lines.push(...this.#before.filter(({ line }) => line >= from && line <= to));
      for (let line = Math.max(from, firstLine); line <= to && line < end; line += 1) {
        this.lines.push(texts.at(line - firstLine));
      }
      if (to >= end) open.push({ from: Math.max(from, end), to });
    }
    this.#wanted = open;
    const kept = Math.max(0, count - LINES_BEFORE);
    const last = Array.from({ length: count - kept }, (_, index) => texts.at(kept + index));
    this.#before = [...this.#before, ...last].slice(-LINES_BEFORE);
  }
}
