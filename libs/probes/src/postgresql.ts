import type { Socket } from 'node:net';
import { messageOf, type Probe, type ProbeResult } from '@prunella/core';
import pg from 'pg';
import { connected } from './connection.ts';
import { failure } from './failure.ts';

export interface PostgresqlTarget {
  kind: 'postgresql';
  host: string;
  port: number;
  database: string;
  user: string;
  /** The environment variable with the password. Absent: nobody logs in. */
  passwordFrom?: string | undefined;
  tls: boolean;
}

/** SQLSTATEs by which a server says that it takes nobody: it starts or stops, or is full. */
const TAKES_NOBODY: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', '53300']);

/** With a password `SELECT 1`; without one what `pg_isready` does: the server answers a start-up message and takes connections. */
export const postgresql: Probe<PostgresqlTarget> = {
  async probe(target, secret, signal) {
    const shown = `${target.host}:${target.port}`;
    const { passwordFrom } = target;
    try {
      if (passwordFrom === undefined) return await isReady(target, shown, signal);
      const password = secret(passwordFrom);
      if (password === undefined) return { kind: 'no-data', why: `${passwordFrom} is not set` };
      return await selectOne(target, password, shown, signal);
    } catch (error) {
      return failure(error, shown, signal);
    }
  },
};

async function isReady(
  { host, port, user, database }: PostgresqlTarget,
  shown: string,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const socket = await connected(host, port, signal);
  try {
    socket.write(startupMessage({ user, database }));
    const { type, sqlState, message } = readAnswer(await firstMessage(socket, signal));
    if (type === 'R') return { kind: 'ok', says: `${shown} accepts connections` };
    if (type !== 'E') return { kind: 'failed', says: `${shown} does not answer as PostgreSQL does` };
    // Any other refusal is about the user that we made up: whoever judges that takes connections.
    return TAKES_NOBODY.has(sqlState)
      ? { kind: 'failed', says: `${shown} takes no connections: ${message}` }
      : { kind: 'ok', says: `${shown} accepts connections` };
  } finally {
    socket.destroy();
  }
}

/** As the protocol has it: length, version 3.0, names and values that end with zeros. */
function startupMessage(parameters: Record<string, string>): Buffer {
  const words = Object.entries(parameters).flat();
  const body = Buffer.from(`${[...words, ''].join('\0')}\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(0x0003_0000, 4);
  return Buffer.concat([head, body]);
}

/** An error message is far shorter. */
const MOST_BYTES = 8_192;

/** The first message: its type, its length, and all of its body. */
async function firstMessage(socket: Socket, signal: AbortSignal): Promise<Buffer> {
  let read = Buffer.alloc(0);
  for await (const chunk of socket) {
    read = Buffer.concat([read, chunk as Buffer]);
    if (read.length >= 5 && read.length >= Math.min(1 + read.readInt32BE(1), MOST_BYTES)) return read;
  }
  throw new Error(signal.aborted ? 'too late' : 'it hung up');
}

function readAnswer(message: Buffer): { type: string; sqlState: string; message: string } {
  const fields = new Map(
    message
      .subarray(5)
      .toString('utf8')
      .split('\0')
      .map((field) => [field.charAt(0), field.slice(1)]),
  );
  return {
    type: String.fromCharCode(message[0] ?? 0),
    sqlState: fields.get('C') ?? '',
    message: (fields.get('M') ?? '').slice(0, 200),
  };
}

async function selectOne(
  { host, port, user, database, tls }: PostgresqlTarget,
  password: string,
  shown: string,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const client = new pg.Client({ host, port, user, database, password, ssl: tls, application_name: 'prunella probe' });
  client.on('error', () => undefined);
  // Its only way to stop at once.
  const stop = () => (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    await client.query('SELECT 1');
    return { kind: 'ok', says: `${shown} answers SELECT 1` };
  } catch (error) {
    if (signal.aborted || !(error instanceof pg.DatabaseError)) throw error;
    return { kind: 'failed', says: `${shown} refuses SELECT 1: ${messageOf(error)}` };
  } finally {
    signal.removeEventListener('abort', stop);
    // on a connection that is gone this may never end
    void client.end().catch(() => undefined);
  }
}
