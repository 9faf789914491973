import { startTestNats, type TestServer } from '@prunella/testing';
import { Bus } from './bus.ts';
import { ForeignValue } from './errors.ts';
import type { JsonBucket } from './kv.ts';

let server: TestServer;
let bus: Bus;
let bucket: JsonBucket<number>;

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  bucket = await bus.bucket<number>('prunella_timers');
});

afterAll(async () => {
  await bus?.close();
  await server?.stop();
});

/** Messages in the bucket, marks of deletions among them. */
async function kept(): Promise<number> {
  return await bucket.size();
}

it('marks of deletions go when they are old enough, and nothing else does', async () => {
  for (const key of ['a', 'b', 'c']) {
    await bucket.put(key, 1);
    await bucket.delete(key);
  }
  await bucket.put('stands', 2);
  expect((await bucket.tidied(60_000)).map(({ key }) => key)).toEqual(['stands']);
  expect(await kept()).toBe(4);
  expect((await bucket.tidied(0)).map(({ key, value }) => [key, value])).toEqual([['stands', 2]]);
  expect(await kept()).toBe(1);
  expect(await bucket.create('a', 3)).toBeDefined();
  await Promise.all(['a', 'stands'].map((key) => bucket.delete(key)));
  await bucket.tidied(0);
  expect(await kept()).toBe(0);
});

it('a key can be made again while its mark goes, and is not lost with it', async () => {
  let isOver = false;
  const tidying = (async () => {
    while (!isOver) await bucket.tidied(0);
  })();
  const keys = Array.from({ length: 8 }, (_, at) => `k${at}`);
  await Promise.all(
    keys.map(async (key) => {
      for (let round = 0; round < 60; round += 1) {
        const revision = await bucket.create(key, round);
        expect([key, round, revision]).toEqual([key, round, expect.any(Number)]);
        expect((await bucket.get(key))?.value).toBe(round);
        expect(await bucket.delete(key, revision)).toBe(true);
      }
    }),
  );
  isOver = true;
  await tidying;
});

it('what somebody else wrote is not taken for one of ours that was there first', async () => {
  await bus.jetstream.publish('$KV.prunella_timers.foreign', '{"stream":"PRUNELLA","seq":1}');
  await expect(bucket.create('foreign', 1)).rejects.toThrow(ForeignValue);
});
