import { bareLine, type Range } from './bare-line.ts';
import type { PlainLines } from './plain-lines.ts';

/** Where the cleaned lines of a block stand in its bytes, as far as that is known without cleaning. */
export class BareLines implements Range {
  /** Of the line that was found last. */
  from = 0;
  end = 0;
  readonly #plain: PlainLines;
  /** Lines are asked for in their order, several times each. */
  #line = -1;
  #isSure = false;
  #bytes: Uint8Array | undefined;

  constructor(plain: PlainLines) {
    this.#plain = plain;
  }

  /** Forgets the block before. */
  clear(): void {
    this.#line = -1;
  }

  /** @param index counts from 0 in the block. False: only cleaning tells. */
  find(index: number): boolean {
    if (index === this.#line) return this.#isSure;
    this.#line = index;
    this.#bytes = undefined;
    const { bytes, starts, cleaned } = this.#plain;
    this.#isSure = !cleaned.has(index) && bareLine(bytes, starts[index] as number, starts[index + 1] as number, this);
    return this.#isSure;
  }

  /** Those of the line that was found last. */
  bytes(): Uint8Array {
    this.#bytes ??= this.#plain.bytes.subarray(this.from, this.end);
    return this.#bytes;
  }
}
