import { cleanLine, type Line } from '@prunella/signals';
import type { Block } from './line-blocks.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
/** A text that is so much shorter than what it was cut out of would keep all of that in memory. */
const WASTE = 4;

/** The cleaned lines of a block, each made when it is first asked for. */
export class LineTexts {
  readonly #block: Block;
  readonly #firstLine: number;
  readonly #known = new Map<number, Line>();

  /** @param firstLine the number that the block's first line has in the log. */
  constructor(block: Block, firstLine: number) {
    this.#block = block;
    this.#firstLine = firstLine;
  }

  /** @param index counts from 0 in the block. */
  at(index: number): Line {
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    const line = { line: this.#firstLine + index, text: cleanText(this.raw(index)) };
    this.#known.set(index, line);
    return line;
  }

  raw(index: number): string {
    const { bytes, lines } = this.#block;
    return decoder.decode(bytes.subarray(lines.starts[index], lines.end(index, bytes)));
  }
}

/** A cleaned line that keeps nothing of the original in memory. */
export function cleanText(raw: string): string {
  const text = cleanLine(raw);
  return raw.length > WASTE * text.length + 1_000 ? decoder.decode(encoder.encode(text)) : text;
}
