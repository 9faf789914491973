import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@prunella/core';
import { startTestNats, type TestServer } from '@prunella/testing';
import { Bus } from './bus.ts';
import type { JsonBucket } from './kv.ts';
import { type Holder, whileHolding } from './lease.ts';

const LEASE_MS = 900;

let server: TestServer;
let bus: Bus;
let bucket: JsonBucket<Holder>;

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  bucket = await bus.bucket<Holder>('prunella_leases');
});
afterAll(async () => {
  await bus.close();
  await server.stop();
});

interface Replica {
  /** Whether it works right now. */
  readonly works: boolean;
  /** How often it began to work. */
  readonly times: number;
  stop(): Promise<void>;
}

/** @param from a bucket that may refuse to work, as after a kill. */
function replica(key: string, holder: string, from: JsonBucket<Holder> = bucket): Replica {
  const end = new AbortController();
  const it = { works: false, times: 0 };
  const done = whileHolding(
    {
      bucket: from,
      key,
      holder,
      clock: systemClock,
      leaseMs: LEASE_MS,
      async work(signal) {
        it.works = true;
        it.times += 1;
        await sleep(60_000, undefined, { signal }).catch(() => undefined);
        it.works = false;
      },
      log: { taken: () => undefined, lost: () => undefined },
    },
    end.signal,
  );
  return {
    get works() {
      return it.works;
    },
    get times() {
      return it.times;
    },
    async stop() {
      end.abort();
      await done;
    },
  };
}

/** The bucket as a replica has it that is cut off when `isDead`. */
function mortal(): { bucket: JsonBucket<Holder>; die(): void } {
  let isDead = false;
  const guarded = new Proxy(bucket, {
    get:
      (target, name: keyof JsonBucket<Holder>) =>
      (...args: never[]) =>
        isDead ? Promise.reject(new Error('cut off')) : (target[name] as (...all: never[]) => unknown)(...args),
  });
  return {
    bucket: guarded,
    die: () => {
      isDead = true;
    },
  };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within 20 s: ${what}`);
    await sleep(20);
  }
}

it('lets one replica work at a time, and the next one when that stops', async () => {
  const first = replica('stops', 'a');
  await until(() => first.works, 'the first works');
  const second = replica('stops', 'b');
  await sleep(LEASE_MS * 3);
  expect([first.works, second.works]).toEqual([true, false]);
  await first.stop();
  expect(first.works).toBe(false);
  await until(() => second.works, 'the second works');
  await second.stop();
  expect(await bucket.get('stops')).toBeUndefined();
});

it('lets the next one work when the holder is not heard of, which then has stopped to', async () => {
  const cut = mortal();
  const first = replica('dies', 'a', cut.bucket);
  await until(() => first.works, 'the first works');
  const second = replica('dies', 'b');
  cut.die();
  await until(() => second.works, 'the second works');
  await until(() => !first.works, 'the first has stopped');
  await Promise.all([first.stop(), second.stop()]);
});

it('begins again when its work fails', async () => {
  const end = new AbortController();
  let times = 0;
  const lost: string[] = [];
  const done = whileHolding(
    {
      bucket,
      key: 'fails',
      holder: 'a',
      clock: systemClock,
      leaseMs: LEASE_MS,
      async work() {
        times += 1;
        throw new Error('it broke');
      },
      log: { taken: () => undefined, lost: (why) => lost.push(why) },
    },
    end.signal,
  );
  await until(() => times >= 2, 'it began again');
  end.abort();
  await done;
  expect(lost[0]).toBe('it broke');
});
