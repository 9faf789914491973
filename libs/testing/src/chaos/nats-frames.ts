/** One protocol message from a client to a NATS server. https://docs.nats.io/reference/reference-protocols/nats-protocol */
export interface Frame {
  /** `PUB`, `HPUB`, `SUB`, `PING`, ... */
  verb: string;
  /** Subject of a publish; empty otherwise. */
  subject: string;
  /** All bytes of it, payload included. */
  bytes: Buffer;
}

/** Cuts a client's byte stream into protocol messages; keeps an incomplete rest for the next call. */
export class NatsFrameReader {
  private rest: Buffer = Buffer.alloc(0);

  read(chunk: Buffer): Frame[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.next(); frame !== undefined; frame = this.next()) frames.push(frame);
    return frames;
  }

  private next(): Frame | undefined {
    const end = this.rest.indexOf('\r\n');
    if (end < 0) return undefined;
    const words = this.rest.subarray(0, end).toString('latin1').split(' ');
    const verb = (words[0] ?? '').toUpperCase();
    const publishes = verb === 'PUB' || verb === 'HPUB';
    const payload = publishes ? Number(words.at(-1)) + 2 : 0;
    const length = end + 2 + payload;
    if (this.rest.length < length) return undefined;
    const frame = { verb, subject: publishes ? (words[1] ?? '') : '', bytes: this.rest.subarray(0, length) };
    this.rest = this.rest.subarray(length);
    return frame;
  }
}
