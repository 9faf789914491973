import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** Changes with each beginning and end; odd while an input is being read. */
type State = { at: number; length: number };

const HEAD = 8;

/**
 * A file in which a process says which input it is at before it reads it, so that it is known when it never ends, or takes the process with it. Some ten microseconds each.
 */
export class Mark {
  private readonly fd: number;
  private at = 0;

  /** @param file made anew by whoever writes. */
  constructor(file: string, mode: 'writes' | 'reads') {
    this.fd = openSync(file, mode === 'writes' ? 'w' : 'a+');
  }

  begin(bytes: Uint8Array): void {
    this.at += 1;
    writeSync(this.fd, Buffer.concat([this.head(bytes.length), bytes]), 0, HEAD + bytes.length, 0);
  }

  end(): void {
    this.at += 1;
    writeSync(this.fd, this.head(0), 0, HEAD, 0);
  }

  state(): State {
    const head = Buffer.alloc(HEAD);
    readSync(this.fd, head, 0, HEAD, 0);
    return { at: head.readUInt32LE(0), length: head.readUInt32LE(4) };
  }

  bytes(): Uint8Array {
    const bytes = Buffer.alloc(this.state().length);
    readSync(this.fd, bytes, 0, bytes.length, HEAD);
    return bytes;
  }

  close(): void {
    closeSync(this.fd);
  }

  private head(length: number): Buffer {
    const head = Buffer.alloc(HEAD);
    head.writeUInt32LE(this.at, 0);
    head.writeUInt32LE(length, 4);
    return head;
  }
}
