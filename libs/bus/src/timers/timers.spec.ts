import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@prunella/core';
import { startTestNats, type TestServer } from '@prunella/testing';
import { Bus } from '../bus.ts';
import type { JsonBucket } from '../kv.ts';
import type { Scheduled, TimerOutcome, TimersOptions } from './scheduled.ts';
import { Timers } from './timers.ts';

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

async function replica(
  fire: (task: Task) => Promise<TimerOutcome<Task>>,
  options: Partial<TimersOptions<Task>> = { leaseMs: LEASE_MS },
): Promise<Timers<Task>> {
  const it = new Timers<Task>({
    bucket,
    clock: systemClock,
    keyOf: ({ name }) => name,
    fire,
    log: { failed: () => undefined },
    readAllMs: 100,
    ...options,
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

it('that was late when a replica started is taken at once', async () => {
  const before = await replica(async () => 'done', {});
  await before.set(task('late', { dueAt: Date.now() + 200 }));
  await before.stop();
  await until(async () => ((await bucket.get('late'))?.value.dueAt ?? Number.POSITIVE_INFINITY) <= Date.now(), 'late');
  const fired: string[] = [];
  await replica(
    async ({ name }) => {
      fired.push(name);
      return 'done';
    },
    { leaveMs: 3_600_000 },
  );
  await until(() => fired.length === 1, 'taken');
});

describe('without a lease', () => {
  it('is fired by the replica that set it, which costs no write more than one replica alone', async () => {
    const fired: string[] = [];
    const fire =
      (name: string) =>
      async ({ name: task, rounds }: Task): Promise<TimerOutcome<Task>> => {
        fired.push(`${task} in ${name}`);
        await sleep(20);
        return rounds === 1 ? 'done' : { againAt: Date.now() + 20, rounds: rounds + 1 };
      };
    const [a, b] = await Promise.all([replica(fire('a'), {}), replica(fire('b'), {}), replica(fire('c'), {})]);
    await Promise.all([a.set(task('one')), b.set(task('two'))]);
    await until(async () => (await bucket.entries()).length === 0, 'finished');
    expect(fired.sort()).toEqual(['one in a', 'one in a', 'two in b', 'two in b']);
    const manager = await bus.jetstream.jetstreamManager();
    const { state } = await manager.streams.info('KV_prunella_watches');
    // Set, postponed, deleted.
    expect(state.last_seq).toBe(6);
  });

  it('is left to a replica that fires it for long, and is finished by it', async () => {
    const LEAVE_MS = 500;
    let fired = 0;
    let end: () => void = () => undefined;
    const fire = async (): Promise<TimerOutcome<Task>> => {
      fired += 1;
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      return 'done';
    };
    const [a] = await Promise.all([replica(fire, { leaveMs: LEAVE_MS }), replica(fire, { leaveMs: LEAVE_MS })]);
    await a.set(task('long'));
    await until(async () => ((await bucket.get('long'))?.value.dueAt ?? 0) > Date.now() + 5_000, 'said');
    await sleep(3 * LEAVE_MS);
    expect(fired).toBe(1);
    end();
    await until(async () => (await bucket.get('long')) === undefined, 'finished');
    expect(fired).toBe(1);
  });

  it('is taken over by one of the others from a replica that is gone, and stays with it', async () => {
    const set = await replica(async () => 'done', {});
    const fired: string[] = [];
    const fire =
      (name: string) =>
      async ({ rounds }: Task): Promise<TimerOutcome<Task>> => {
        fired.push(name);
        return rounds === 4 ? 'done' : { againAt: Date.now() + 20, rounds: rounds + 1 };
      };
    await Promise.all(['a', 'b', 'c'].map((name) => replica(fire(name), {})));
    await set.set(task('left', { dueAt: Date.now() + 300 }));
    await set.stop();
    await until(async () => (await bucket.get('left')) === undefined, 'finished');
    expect(fired).toHaveLength(5);
    expect(new Set(fired).size).toBe(1);
  });
});

describe('when the watch tells nothing', () => {
  /** The same bucket, but deaf. */
  function deaf(): JsonBucket<Task> {
    return Object.assign(Object.create(bucket) as JsonBucket<Task>, { watch: async () => undefined });
  }

  it.each(['changed', 'finished'])('is not fired again and again when another replica %s it meanwhile', async (how) => {
    const fired: string[] = [];
    const fire = async ({ name }: Task): Promise<TimerOutcome<Task>> => {
      fired.push(name);
      if (name !== 'shared') return 'done';
      const entry = await bucket.get(name);
      if (entry === undefined) return 'done';
      if (how === 'finished') await bucket.delete(name, entry.revision);
      else await bucket.update(name, entry.value, entry.revision);
      return 'done';
    };
    const it = await replica(fire, { bucket: deaf(), readAllMs: 3_600_000 });
    await it.set(task('shared'));
    await until(() => fired.length > 0, 'fired');
    await it.set(task('later', { dueAt: Date.now() + 200 }));
    await until(() => fired.includes('later'), 'the later one fired');
    expect(fired).toEqual(['shared', 'later']);
  });

  it('it learns by reading what another replica changed and finished', async () => {
    const fired: number[] = [];
    const fire = async ({ rounds }: Task): Promise<TimerOutcome<Task>> => {
      fired.push(rounds);
      return 'done';
    };
    const it = await replica(fire, { bucket: deaf(), readAllMs: 50 });
    const never = Date.now() + 3_600_000;
    await it.set(task('changed', { dueAt: never }));
    await it.set(task('finished', { dueAt: never }));
    await it.set(task('left', { dueAt: never }));
    const changed = await bucket.get('changed');
    if (changed === undefined) throw new Error('expected the timer that was set');
    await bucket.update('changed', { ...changed.value, rounds: 7, dueAt: Date.now() }, changed.revision);
    await bucket.delete('finished');
    await until(() => !it.isWaiting('finished') && !it.isWaiting('changed'), 'learnt');
    expect(fired).toEqual([7]);
    expect(it.isWaiting('left')).toBe(true);
  });
});

it('what was finished is gone from the bucket after a while, and what waits is not', async () => {
  const timers = await replica(async () => 'done', { marksMs: 0 });
  await timers.set(task('waits', { dueAt: Date.now() + 60_000 }));
  await Promise.all(Array.from({ length: 50 }, (_, at) => timers.set(task(`over-${at}`))));
  await until(async () => timers.size === 1 && (await bucket.size()) === 1, 'the marks are gone');
  expect((await bucket.entries()).map(({ key }) => key)).toEqual(['waits']);
});
