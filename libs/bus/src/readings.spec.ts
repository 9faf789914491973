import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { startTestNats, type TestServer } from '@prunella/testing';
import { Bus } from './bus.ts';
import type { JsonBucket } from './kv.ts';

let server: TestServer;
let bus: Bus;
let bucket: JsonBucket<number>;
let manager: JetStreamManager;

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  bucket = await bus.bucket<number>('prunella_timers');
  manager = await jetstreamManager(bus.nats);
});
afterAll(async () => {
  await bus?.close();
  await server?.stop();
});

async function consumers(): Promise<number> {
  return (await manager.streams.info('KV_prunella_timers')).state.consumer_count;
}

it('reading all of a bucket leaves nothing on the server, however often', async () => {
  for (const key of ['a', 'b', 'c']) await bucket.put(key, 1);
  const before = await consumers();
  const all = await Promise.all(Array.from({ length: 20 }, () => bucket.entries()));
  expect(all.map((entries) => entries.length)).toEqual(Array.from({ length: 20 }, () => 3));
  await bucket.tidied(0);
  expect(await consumers()).toBe(before);
});

it('nor does a watch that was ended', async () => {
  const before = await consumers();
  const end = new AbortController();
  await bucket.watch(() => undefined, end.signal);
  expect(await consumers()).toBe(before + 1);
  end.abort();
  await until(async () => (await consumers()) === before);
});

it('nor does a bus that was closed, whatever it still watched: the client would look after that for ever', async () => {
  const before = await consumers();
  const other = await Bus.connect({ servers: server.url, name: 'other' });
  const watched = await other.bucket<number>('prunella_timers');
  await watched.watch(() => undefined, new AbortController().signal);
  expect(await consumers()).toBe(before + 1);
  await other.close();
  expect(await consumers()).toBe(before);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
