import { connect } from 'node:net';
import pg from 'pg';
import { startTestNats } from './nats.ts';
import { startTestPostgres } from './postgres.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

describe('servers for specs', () => {
  it('gives each call a database of its own, and keeps what was committed before a kill', async () => {
    const [a, b] = await Promise.all([startTestPostgres(), startTestPostgres()]);
    expect(a.url).not.toBe(b.url);
    await query(a.url, 'CREATE TABLE t (n int)');
    await query(a.url, 'INSERT INTO t VALUES (7)');
    await expect(query(b.url, 'SELECT n FROM t')).rejects.toThrow();
    await a.kill();
    await expect(query(a.url, 'SELECT 1')).rejects.toThrow();
    await a.restart();
    expect(await query(a.url, 'SELECT n FROM t')).toEqual([{ n: 7 }]);
    await a.stop();
    expect(await query(b.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await b.stop();
    expect(await answers(b.port)).toBe(false);
  });

  it('restarts NATS on the same port after a kill', async () => {
    const nats = await startTestNats();
    expect(await answers(nats.port)).toBe(true);
    await nats.kill();
    expect(await answers(nats.port)).toBe(false);
    await nats.restart();
    expect(await answers(nats.port)).toBe(true);
    expect(nats.url).toBe(`nats://127.0.0.1:${nats.port}`);
    await nats.stop();
    expect(await answers(nats.port)).toBe(false);
  });
});
