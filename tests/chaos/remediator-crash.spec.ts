import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus } from '@prunella/bus';
import type { Action } from '@prunella/contracts';
import {
  CrashProxy,
  type Cut,
  FakeGitHub,
  type FakeRun,
  networkDiagnosis,
  type ServiceProcess,
  startServiceProcess,
  startTestNats,
} from '@prunella/testing';
import { eventsOn } from '../support/events.ts';
import { sampled } from '../support/sampled.ts';
import { until } from '../support/until.ts';

/**
 * Kills the remediator with SIGKILL right before and right after each message that it sends to NATS on its way from a diagnosis to a
 * recorded rerun, and in the middle of its call to GitHub; starts it again, and expects exactly one rerun, reported once.
 */

let directory: string;
let policy: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-crash-'));
  policy = join(directory, 'prunella.yaml');
  // What authors are told is written in the background, in as many steps as it happens to take: here the steps must be the same each time.
  await writeFile(policy, 'version: 1\nmode: act\nreview: { comment: false }\n');
});

afterAll(() => rm(directory, { recursive: true, force: true }));

function backoff(firstDelay: string): Action {
  return { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay, factor: 2 } };
}

/** The messages that count as steps: state, events and acknowledgements; not the polling in between. */
const STEP = /^(?:\$KV\.|action\.|\$JS\.ACK\.)/;

interface World {
  bus: Bus;
  github: FakeGitHub;
  proxy: CrashProxy;
  remediator: ServiceProcess;
  run: FakeRun;
}

/** A system of its own for each kill, so that many can run side by side. */
async function inWorld(work: (world: World) => Promise<void>): Promise<void> {
  const nats = await startTestNats();
  const github = await FakeGitHub.start();
  const proxy = await CrashProxy.start(nats.port);
  const bus = await Bus.connect({ servers: nats.url, name: 'test' });
  const remediator = await startServiceProcess('remediator', {
    NATS_URL: proxy.url,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: 'ghp_test',
    PRUNELLA_CONFIG: policy,
    LOG_LEVEL: 'warn',
  });
  try {
    await work({ bus, github, proxy, remediator, run: github.addRun() });
  } finally {
    await remediator.kill();
    await bus.close();
    await proxy.stop();
    await github.stop();
    await nats.stop();
  }
}

async function diagnose({ bus, run }: World): Promise<void> {
  await bus.publish('diagnosis.made', {
    id: `inc_${run.id}/1/diagnosis`,
    data: networkDiagnosis(run, { action: backoff('1200ms') }),
  });
}

/** One rerun, reported once, and nothing left to do. */
async function expectOneEffect({ bus, github, run }: World): Promise<void> {
  const executed = await until(async () => {
    const events = await eventsOn(bus, 'action.executed');
    return events.length > 0 && events;
  }, `the rerun of ${run.id} is reported`);
  const timers = await bus.bucket('prunella_timers');
  await until(async () => (await timers.get(`inc_${run.id}.1.act`)) === undefined, 'its timer is gone');
  expect(executed).toHaveLength(1);
  expect(executed[0]).toMatchObject({ incidentId: `inc_${run.id}`, status: 'executed' });
  expect(github.effects).toEqual([`acme/shop#${run.id} -> 2`]);
  expect(github.violations).toEqual([]);
}

async function stepsOfOneRun(): Promise<string[]> {
  let steps: string[] = [];
  await inWorld(async (world) => {
    const before = world.proxy.passed.length;
    await diagnose(world);
    await expectOneEffect(world);
    await sleep(200);
    steps = world.proxy.passed.slice(before).filter((subject) => STEP.test(subject));
  });
  return steps;
}

/** Kills the remediator at a step. False: it came to its end without that one. */
async function killedAt(cut: Cut): Promise<boolean> {
  let killed = false;
  await inWorld(async (world) => {
    const { proxy, remediator } = world;
    const kill = new Promise<void>((resolve) => {
      proxy.arm(cut, () => void remediator.kill().then(resolve));
    });
    await diagnose(world);
    const isKilled = () => Promise.race([kill.then(() => true), sleep(10, false)]);
    await until(async () => (await isKilled()) || (await isOver(world)), 'the kill, or the end');
    killed = await isKilled();
    proxy.heal();
    if (killed) await remediator.start();
    await expectOneEffect(world);
  });
  return killed;
}

/** Whether all is done: it was reported, and its timer is gone, for as long as a kill takes. */
async function isOver({ bus, run, proxy }: World): Promise<boolean> {
  const timers = await bus.bucket('prunella_timers');
  const isGone = async (): Promise<boolean> =>
    proxy.passed.some((subject) => subject === 'action.executed') &&
    (await timers.get(`inc_${run.id}.1.act`)) === undefined;
  if (!(await isGone())) return false;
  await sleep(2_000);
  return await isGone();
}

it('has exactly one effect, wherever it is killed between two steps', async () => {
  const steps = await stepsOfOneRun();
  // decision, budget, timer, announcement, ack, claim, "acting", result, report, timer gone
  expect(steps.length).toBeGreaterThanOrEqual(9);
  const cuts = steps.flatMap((_, index) =>
    (['before', 'after'] as const).map((when) => ({ subject: STEP, nth: index + 1, when })),
  );
  const failures: string[] = [];
  const missed: string[] = [];
  const queue = [...sampled(cuts)];
  const worker = async () => {
    for (let cut = queue.shift(); cut !== undefined; cut = queue.shift()) {
      const name = `${cut.when} step ${cut.nth} (${steps[cut.nth - 1]})`;
      const killed = await killedAt(cut).catch((error: unknown) => void failures.push(`${name}: ${String(error)}`));
      if (killed === false) missed.push(name);
    }
  };
  // More start more processes at a time than a small machine gets going before they give up on NATS.
  await Promise.all([worker(), worker(), worker(), worker()]);
  expect(failures).toEqual([]);
  // With full jitter the wait may be too short to be told: then there is one step less.
  expect(missed.length).toBeLessThanOrEqual(2);
}, 300_000);

it.each`
  what                                                | afterEffect
  ${'killed while GitHub has the call and acted'}     | ${true}
  ${'killed while GitHub has the call, not acted on'} | ${false}
`(
  '$what: one effect',
  async ({ afterEffect }) => {
    await inWorld(async (world) => {
      const { github, remediator } = world;
      github.fault({ on: /rerun-failed-jobs/, answer: 'hang', afterEffect });
      await diagnose(world);
      await until(() => github.hangingRequests > 0, 'the call is on its way');
      await remediator.kill();
      await remediator.start();
      await expectOneEffect(world);
    });
  },
  60_000,
);

it('keeps a wait over a kill, and does not act before its time', async () => {
  await inWorld(async (world) => {
    const { bus, github, remediator, run } = world;
    await bus.publish('diagnosis.made', { id: 'd', data: networkDiagnosis(run, { action: backoff('10m') }) });
    const timers = await bus.bucket<{ dueAt: number; order: unknown }>('prunella_timers');
    const key = `inc_${run.id}.1.act`;
    const drawn = await until(async () => (await timers.get(key)) ?? false, 'a timer');
    // With full jitter any wait up to ten minutes may be drawn: take the longest.
    const due = Date.now() + 10 * 60_000;
    await timers.put(key, { ...drawn.value, dueAt: due });
    await remediator.kill();
    await remediator.start();
    const kept = await timers.get(key);
    expect(kept?.value.dueAt).toBe(due);
    await sleep(500);
    expect(github.effects).toEqual([]);

    // Ten minutes later, told by moving the stored time instead of the clock.
    await remediator.kill();
    await timers.put(key, { ...kept?.value, dueAt: Date.now() - 1 } as never);
    await remediator.start();
    await expectOneEffect(world);
  });
}, 60_000);
