import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, type JsonBucket } from '@prunella/bus';
import { systemClock } from '@prunella/core';
import { startTestNats, type TestServer } from '@prunella/testing';
import { orderFor } from '../order.fixture.ts';
import { type Fired, type Timer, Timers } from './timers.ts';

let server: TestServer;
let bus: Bus;
let bucket: JsonBucket<Timer>;
const started: Timers[] = [];

beforeEach(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  bucket = await bus.bucket<Timer>('prunella_timers');
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((timers) => timers.stop()));
  await bus.close();
  await server.stop();
});

async function timers(
  fire: (timer: Timer) => Promise<Fired>,
  failed: (againAt: number) => void = () => undefined,
): Promise<Timers> {
  const it = new Timers(bucket, systemClock, fire, { failed: (_key, _error, againAt) => failed(againAt) });
  started.push(it);
  await it.start();
  return it;
}

function timer(key: string, inMs: number): Timer {
  const dueAt = Date.now() + inMs;
  return { kind: 'act', dueAt, giveUpAt: dueAt + 60_000, order: orderFor({ key }), failures: 0 };
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within 10 s: ${what}`);
    await sleep(10);
  }
}

it('fires what is due, in its time, once, and forgets it', async () => {
  const fired: { key: string; late: number }[] = [];
  const it = await timers(async ({ order, dueAt }) => {
    fired.push({ key: order.key, late: Date.now() - dueAt });
    return 'done';
  });
  await it.set(timer('later', 400));
  await it.set(timer('later', 400));
  await it.set(timer('now', 0));
  await until(() => fired.length === 2, 'both fired');
  expect(fired.map(({ key }) => key)).toEqual(['now', 'later']);
  expect(fired.every(({ late }) => late >= 0)).toBe(true);
  await until(async () => (await bucket.get('now.act')) === undefined && it.size === 0, 'forgotten');
});

it('finds the timers of a process that was killed before they were due', async () => {
  await bucket.create('left.act', timer('left', 300));
  await bucket.create('overdue.act', timer('overdue', -60_000));
  const fired: string[] = [];
  await timers(async ({ order }) => {
    fired.push(order.key);
    return 'done';
  });
  await until(() => fired.length === 2, 'both fired');
  expect(fired).toEqual(['overdue', 'left']);
});

it('fires again when it is asked to, and keeps the new time over a restart', async () => {
  const first = await timers(async () => ({ againAt: Date.now() + 700 }));
  await first.set(timer('again', 0));
  await until(async () => ((await bucket.get('again.act'))?.value.dueAt ?? 0) > Date.now(), 'postponed');
  await first.stop();
  const firedAt: number[] = [];
  const due = (await bucket.get('again.act'))?.value.dueAt ?? 0;
  await timers(async () => {
    firedAt.push(Date.now());
    return 'done';
  });
  await until(() => firedAt.length === 1, 'fired');
  expect(firedAt[0]).toBeGreaterThanOrEqual(due);
});

it('fires once more what was nudged while it was being fired, and not before its time', async () => {
  let calls = 0;
  let goOn: () => void = () => undefined;
  const it = await timers(async () => {
    calls += 1;
    if (calls === 1) {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    }
    return 'done';
  });
  await it.nudge(timer('nudged', 0));
  await until(() => calls === 1, 'being fired');
  await it.nudge(timer('nudged', 0));
  goOn();
  await until(() => calls === 2, 'fired once more');
  await until(async () => (await bucket.get('nudged.act')) === undefined && it.size === 0, 'forgotten');
  await it.set(timer('later', 5_000));
  await it.nudge(timer('later', 0));
  expect((await bucket.get('later.act'))?.value.dueAt).toBeGreaterThan(Date.now());
});

it('lets reviews wait for each other, and nothing else for them', async () => {
  const firing: string[] = [];
  let goOn: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const it = await timers(async ({ order }) => {
    firing.push(order.key);
    if (order.key.startsWith('r')) await ended;
    return 'done';
  });
  for (let count = 0; count < 20; count++) await it.set({ ...timer(`r${count}`, 0), kind: 'review' });
  await it.set(timer('act', 0));
  await until(() => firing.includes('act'), 'the other one');
  expect(firing).toHaveLength(5);
  goOn();
  await until(() => firing.length === 21, 'all of them');
});

it('tries again after an error, later each time', async () => {
  const delays: number[] = [];
  let calls = 0;
  const it = await timers(
    async () => {
      calls += 1;
      if (calls === 1) throw new TypeError('unexpected');
      return 'done';
    },
    (againAt) => delays.push(againAt - Date.now()),
  );
  await it.set(timer('fails', 0));
  await until(() => calls === 2, 'called again');
  expect(delays).toHaveLength(1);
  expect(delays[0]).toBeGreaterThan(1_500);
});

it('is finished by one of two replicas, whatever the other one does', async () => {
  const fired: string[] = [];
  const replica = (name: string) => async (): Promise<Fired> => {
    fired.push(name);
    return name === 'a' ? 'done' : { againAt: Date.now() + 100 };
  };
  const a = await timers(replica('a'));
  const b = await timers(replica('b'));
  await a.set(timer('shared', 0));
  await until(async () => (await bucket.get('shared.act')) === undefined, 'finished');
  await until(() => a.size === 0 && b.size === 0, 'both know');
  expect(fired).toContain('a');
});

it('goes on after NATS was killed', async () => {
  const fired: string[] = [];
  const it = await timers(async ({ order }) => {
    fired.push(order.key);
    return 'done';
  });
  await it.set(timer('survives', 1_500));
  await server.kill();
  await server.restart();
  await until(() => fired.length > 0, 'fired');
  await until(async () => (await bucket.get('survives.act')) === undefined, 'forgotten');
});

describe('when the watch tells nothing', () => {
  /** The same bucket, but deaf. */
  function deaf(): JsonBucket<Timer> {
    return Object.assign(Object.create(bucket) as JsonBucket<Timer>, { watch: async () => undefined });
  }

  it('fires what it set itself, and soon what another one set', async () => {
    const fired: string[] = [];
    const fire = async ({ order }: Timer): Promise<Fired> => {
      fired.push(order.key);
      return 'done';
    };
    const it = new Timers(deaf(), systemClock, fire, { failed: () => undefined }, 50);
    started.push(it);
    await it.start();
    await it.set(timer('own', 0));
    await until(() => fired.includes('own'), 'its own');
    await bucket.create('other.act', timer('other', 0));
    await until(() => fired.includes('other'), "another's");
    await sleep(200);
    expect(fired).toEqual(['own', 'other']);
  });
});
