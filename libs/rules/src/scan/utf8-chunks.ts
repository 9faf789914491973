const encoder = new TextEncoder();

/** Makes UTF-8 of a stream that is UTF-8, or UTF-16 when it begins with a byte order mark. */
export class Utf8Chunks {
  readonly #onChunk: (bytes: Uint8Array) => void;
  /** The first bytes, until there are enough to see what they are; undefined: it was seen. */
  #first: Uint8Array | undefined = new Uint8Array(0);
  #utf16: InstanceType<typeof TextDecoder> | undefined;

  constructor(onChunk: (bytes: Uint8Array) => void) {
    this.#onChunk = onChunk;
  }

  write(bytes: Uint8Array): void {
    if (this.#first === undefined) {
      this.#give(bytes);
      return;
    }
    const chunk = Uint8Array.of(...this.#first, ...bytes.subarray(0, 2));
    if (chunk.length < 2) {
      this.#first = chunk;
      return;
    }
    this.#first = undefined;
    this.#utf16 = decoderOf(chunk);
    this.#give(chunk);
    this.#give(bytes.subarray(2));
  }

  end(): void {
    if (this.#first !== undefined) this.#onChunk(this.#first);
    if (this.#utf16 !== undefined) this.#onChunk(encoder.encode(this.#utf16.decode()));
  }

  #give(bytes: Uint8Array): void {
    this.#onChunk(this.#utf16 === undefined ? bytes : encoder.encode(this.#utf16.decode(bytes, { stream: true })));
  }
}

function decoderOf([first, second]: Uint8Array): InstanceType<typeof TextDecoder> | undefined {
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le');
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  return undefined;
}
