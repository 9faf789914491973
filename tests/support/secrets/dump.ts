import { gunzipSync } from 'node:zlib';
import type { Bus } from '@prunella/bus';
import pg from 'pg';

/** Whatever NATS keeps, streams and key-value buckets alike, by the name of the stream; unpacked where it is gzipped. */
export async function dumpNats(bus: Bus): Promise<Map<string, string>> {
  const manager = await bus.jetstream.jetstreamManager(false);
  const dump = new Map<string, string>();
  for await (const { config, state } of manager.streams.list()) {
    const messages: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      // Gone in between: replaced, as values of a bucket are, or forgotten.
      const message = await manager.streams.getMessage(config.name, { seq }).catch(() => null);
      if (message === null) continue;
      const { data } = message;
      const plain = data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data;
      const headers = [...message.header].map(([name, values]) => `${name}: ${values.join(', ')}`);
      messages.push([message.subject, ...headers, Buffer.from(plain).toString('utf8')].join('\n'));
    }
    dump.set(config.name, messages.join('\n'));
  }
  return dump;
}

/** Every row of every table as text, by the name of the table; partitions are in their parents. */
export async function dumpPostgres(url: string): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    );
    const dump = new Map<string, string>();
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      dump.set(name, rows.map(({ row }) => row).join('\n'));
    }
    return dump;
  } finally {
    await client.end();
  }
}
