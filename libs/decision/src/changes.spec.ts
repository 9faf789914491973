import { Bus, type JsonBucket } from '@prunella/bus';
import { UnreachableError } from '@prunella/core';
import { startTestNats, type TestServer } from '@prunella/testing';
import fc from 'fast-check';
import { Changes } from './changes.ts';
import type { Records } from './records.ts';

/** What was added, in order. */
type Log = readonly string[];

let server: TestServer;
let bus: Bus;
let bucket: JsonBucket<Log>;
let places = 0;

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  bucket = (await bus.bucket<unknown>('prunella_storms')) as JsonBucket<Log>;
});

afterAll(async () => {
  await bus.close();
  await server.stop();
});

/** The bucket, with a count of what is asked of it. */
function counted(): { records: Records<Log>; reads: number; writes: number } {
  const count = { reads: 0, writes: 0 };
  const records: Records<Log> = {
    get(key) {
      count.reads += 1;
      return bucket.get(key);
    },
    create(key, value) {
      count.writes += 1;
      return bucket.create(key, value);
    },
    update(key, value, revision) {
      count.writes += 1;
      return bucket.update(key, value, revision);
    },
  };
  return Object.assign(count, { records });
}

const place = (): string => `place${++places}`;
const add =
  (word: string, most = Number.POSITIVE_INFINITY) =>
  (log: Log = []): Log | undefined =>
    log.length < most && !log.includes(word) ? [...log, word] : log;

it('are each made once, over all that others made, whichever replicas make them when', async () => {
  const step = fc.record({ replica: fc.nat(2), word: fc.nat(20).map(String), waits: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(12), async (steps, most) => {
      const key = place();
      const replicas = [1, 2, 3].map(() => new Changes(bucket));
      const made: Promise<[word: string, after: Log | undefined]>[] = [];
      for (const { replica, word, waits } of steps) {
        const changes = replicas[replica] as Changes<Log>;
        const change = changes.change(key, add(word, most)).then((after): [string, Log | undefined] => [word, after]);
        made.push(change);
        if (waits) await change;
      }
      const answers = await Promise.all(made);
      const stands = (await bucket.get(key))?.value ?? [];
      expect(new Set(stands).size).toBe(stands.length);
      expect(stands).toHaveLength(Math.min(most, new Set(steps.map(({ word }) => word)).size));
      // Each was told what stood there at its turn: with its own word, or full without it.
      for (const [word, after = []] of answers) {
        expect(after).toEqual(stands.slice(0, after.length));
        expect(after.includes(word) || after.length === most).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

it('of one replica are written together while one is being written, and without reading as long as nobody else writes', async () => {
  const key = place();
  const count = counted();
  const changes = new Changes(count.records);
  const words = Array.from({ length: 50 }, (_, n) => `w${n}`);
  await Promise.all(words.map((word) => changes.change(key, add(word))));
  expect((await bucket.get(key))?.value).toEqual(words);
  expect(count.writes).toBeLessThanOrEqual(2);
  for (let n = 0; n < 10; n++) await changes.change(key, add(`later${n}`));
  expect(count.reads).toBeLessThanOrEqual(2);
  expect(count.writes).toBeLessThanOrEqual(12);
});

it('that change nothing are told what stands there now, whatever this replica remembers', async () => {
  const key = place();
  const [here, there] = [new Changes(bucket), new Changes(bucket)];
  for (const word of ['a', 'b', 'c']) await here.change(key, add(word));
  await there.change(key, add('d'));
  expect(await here.change(key, (log) => log)).toEqual(['a', 'b', 'c', 'd']);
});

it('of two replicas in turn cost each a read and a write, and seldom more', async () => {
  const key = place();
  const count = counted();
  const replicas = [new Changes(count.records), new Changes(count.records)];
  for (let n = 0; n < 40; n++) await replicas[n % 2]?.change(key, add(`w${n}`));
  expect((await bucket.get(key))?.value).toHaveLength(40);
  expect(count.writes).toBe(40);
  expect(count.reads).toBeLessThanOrEqual(40);
});

it('fail alone when they throw, and together when they can not be written', async () => {
  const key = place();
  let isAway = false;
  const records: Records<Log> = {
    get: (one) => bucket.get(one),
    create: (one, value) => bucket.create(one, value),
    async update(one, value, revision) {
      if (isAway) throw new UnreachableError('NATS is away');
      return await bucket.update(one, value, revision);
    },
  };
  const changes = new Changes(records);
  const [first, wrong, last] = await Promise.allSettled([
    changes.change(key, add('first')),
    changes.change(key, () => {
      throw new TypeError('unexpected');
    }),
    changes.change(key, add('last')),
  ]);
  expect([first.status, wrong.status, last.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  isAway = true;
  const lost = await Promise.allSettled([changes.change(key, add('x')), changes.change(key, add('y'))]);
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isAway = false;
  expect(await changes.change(key, add('after'))).toEqual(['first', 'last', 'after']);
});
