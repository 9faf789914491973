/** Collects numbers as bytes. */
export class ByteWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  /** @param value 0 to 255, or -128 to 127. */
  byte(value: number): void {
    this.#room(1)[this.#length++] = value;
  }

  /** Base 128, low digits first, as in protobuf. @param value an integer from 0 to 2 ** 31 - 1. */
  varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  /** 32-bit, low bytes first. */
  float(value: number): void {
    new DataView(this.#room(4).buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  bytes(values: Uint8Array): void {
    this.#room(values.length).set(values, this.#length);
    this.#length += values.length;
  }

  written(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #room(more: number): Uint8Array {
    if (this.#length + more > this.#bytes.length) {
      const wider = new Uint8Array(2 * (this.#length + more));
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    return this.#bytes;
  }
}

/** There are fewer bytes than were asked for, or a number that is none. */
export class EndOfBytes extends Error {}

/** Reads what `ByteWriter` wrote; each method throws EndOfBytes where there is nothing to read. */
export class ByteReader {
  #at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, from = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = from;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#bytes[this.#next(1)] as number;
  }

  signed(): number {
    return this.#view.getInt8(this.#next(1));
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const digit = this.byte();
      value += (digit & 0x7f) * 2 ** shift;
      if (digit < 0x80) return value;
    }
    throw new EndOfBytes('a number of more than five bytes');
  }

  float(): number {
    return this.#view.getFloat32(this.#next(4), true);
  }

  bytes(count: number): Uint8Array {
    const from = this.#next(count);
    // Not `slice`: of a Buffer that is no copy, and would keep all of it.
    return new Uint8Array(this.#bytes.subarray(from, from + count));
  }

  #next(count: number): number {
    if (count > this.left) throw new EndOfBytes(`the end at byte ${this.#bytes.length}`);
    const from = this.#at;
    this.#at += count;
    return from;
  }
}

/** CRC-32 as in zip and PNG (ISO 3309), to tell a damaged file. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) {
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let crc = start;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
