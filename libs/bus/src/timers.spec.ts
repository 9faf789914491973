import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@prunella/core';
import { startTestNats, type TestServer } from '@prunella/testing';
import { Bus } from './bus.ts';
import type { JsonBucket } from './kv.ts';
import { type Scheduled, type TimerOutcome, Timers } from './timers.ts';

interface Task extends Scheduled {
  name: string;
  rounds: number;
}

/** Long enough that only a replica that does not come back lets it pass. */
const LEASE_MS = 1_500;

let server: TestServer;
let bus: Bus;
let bucket: JsonBucket<Task>;
const started: Timers<Task>[] = [];

beforeEach(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  bucket = (await bus.bucket<unknown>('prunella_watches')) as JsonBucket<Task>;
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((timers) => timers.stop()));
  await bus.close();
  await server.stop();
});

async function replica(fire: (task: Task) => Promise<TimerOutcome<Task>>): Promise<Timers<Task>> {
  const it = new Timers<Task>({
    bucket,
    clock: systemClock,
    keyOf: ({ name }) => name,
    fire,
    log: { failed: () => undefined },
    leaseMs: LEASE_MS,
    readAllMs: 100,
  });
  started.push(it);
  await it.start();
  return it;
}

function task(name: string, changes: Partial<Task> = {}): Task {
  return { name, rounds: 0, dueAt: Date.now(), failures: 0, ...changes };
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within 15 s: ${what}`);
    await sleep(10);
  }
}

it('is fired by one replica at a time, and goes on from what the other one recorded', async () => {
  const seen: number[] = [];
  let inside = 0;
  let most = 0;
  const fire = async ({ rounds }: Task): Promise<TimerOutcome<Task>> => {
    inside += 1;
    most = Math.max(most, inside);
    seen.push(rounds);
    await sleep(20);
    inside -= 1;
    return rounds === 9 ? 'done' : { againAt: Date.now() + 5, rounds: rounds + 1 };
  };
  const [a] = await Promise.all([replica(fire), replica(fire), replica(fire)]);
  await a.set(task('shared'));
  await until(async () => (await bucket.get('shared')) === undefined, 'finished');
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(most).toBe(1);
});

it('is taken over from a replica that does not come back, after its lease', async () => {
  const startedAt = Date.now();
  const a = await replica(() => new Promise(() => undefined));
  await a.set(task('left'));
  await until(async () => ((await bucket.get('left'))?.value.dueAt ?? 0) > startedAt + LEASE_MS - 500, 'taken');
  // As far as it can be stopped: what it fires will never end, so nothing waits for it.
  void started.pop()?.stop();
  const fired: number[] = [];
  await replica(async () => {
    fired.push(Date.now());
    return 'done';
  });
  await until(() => fired.length === 1, 'taken over');
  expect(fired[0]).toBeGreaterThanOrEqual(startedAt + LEASE_MS - 10);
});
