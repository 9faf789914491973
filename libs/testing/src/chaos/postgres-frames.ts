import type { Frame } from './nats-frames.ts';

/**
 * What a PostgreSQL client sends, as far as a cut needs it: each write is passed on as it is, named `COMMIT` when it ends a transaction.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class PostgresFrameReader {
  read(chunk: Buffer): Frame[] {
    const commits =
      chunk[0] === 0x51 /* Q, a simple query */ && chunk.subarray(5, 11).toString('latin1').toUpperCase() === 'COMMIT';
    return [{ verb: 'write', subject: commits ? 'COMMIT' : 'other', bytes: chunk }];
  }
}
