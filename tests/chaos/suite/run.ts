import { setTimeout as sleep } from 'node:timers/promises';
import type { Violation } from './check/check.ts';
import { violationsIn } from './check/index.ts';
import { faultKinds } from './faults/index.ts';
import { emptyLedger, type Ledger } from './ledger/ledger.ts';
import { MemoryWatch } from './ledger/memory.ts';
import { observe } from './ledger/observe.ts';
import { People } from './load/people.ts';
import { Platform } from './load/platform.ts';
import { PROMISED, type Promised } from './load/promised.ts';
import { Publishers } from './load/publishers.ts';
import { type Story, storiesOf } from './load/stories.ts';
import type { Planned, Schedule } from './schedule/schedule.ts';
import { startWorld, type World } from './world/world.ts';

export interface RunOptions {
  /** Between two stories on average, in ms. */
  everyMs: number;
  /** Pipelines in the one storm; 0: none. */
  storm: number;
  /** How long all that is under way may take to come to its end, after the last fault, in ms. */
  settleMs: number;
  promised?: Promised;
  /** Told what happens, a line each. */
  log?: (line: string) => void;
  /** Something that a test does to the world while all goes on, after the faults, before it is judged. */
  sabotage?: (world: World, platform: Platform) => Promise<void>;
}

export interface Result {
  violations: Violation[];
  ledger: Ledger;
  /** Faults that can't be had here, and why. */
  missing: Map<string, string>;
  /** From the end of the last fault until nothing was broken any more, in ms. */
  settledAfterMs: number;
  /** The end of what each process printed, for whoever looks for the reason. */
  outputs: ReadonlyMap<string, string>;
  failedStarts: number;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const LOOK_EVERY_MS = 2_000;
/** What came late, after all seemed well, is seen in this time. */
const CALM_MS = 3_000;

/** One run: load and faults, then calm, then the judgement. */
export async function run(schedule: Schedule, options: RunOptions): Promise<Result> {
  const { log = () => undefined, promised = PROMISED } = options;
  const world = await startWorld(promised, schedule.remediators);
  // Whoever stops the run stops all that it began: a mounted disk would outlive it.
  const breakOff = () => void world.stop().finally(() => process.exit(130));
  for (const signal of SIGNALS) process.once(signal, breakOff);
  const platform = new Platform(world);
  const publishers = await Publishers.start(world);
  const people = new People(world, (runId) => platform.storyOf(runId));
  const memory = new MemoryWatch(world);
  log(`all runs after ${world.now()} ms`);
  try {
    const stories = storiesOf(schedule.seed, { ...options, durationMs: schedule.durationMs });
    const [missing] = await Promise.all([
      play(world, schedule, log),
      tell(stories, platform, publishers),
      sleep(schedule.durationMs),
    ]);
    world.github.heal();
    await options.sabotage?.(world, platform);
    const calmSince = world.now();
    log(`calm after ${calmSince} ms`);
    const read = async (): Promise<Ledger> => ({
      ...emptyLedger(),
      ...{ deliveries: world.courier.deliveries, reports: publishers.reports, garbage: publishers.garbage },
      ...{ effects: platform.effects, byPeople: platform.byPeople, answers: people.answers, replayed: world.replayed },
      ...{ violations: world.github.violations, memory: memory.seen, calmSince },
      deaths: [...world.services.values()].flatMap(({ deaths }) => deaths),
      end: await observe(world, platform.runs),
    });
    const { ledger, settledAfterMs } = await settled(read, world, promised, options.settleMs, log);
    const violations = violationsIn(ledger, promised);
    const outputs = new Map([...world.services].map(([name, { output }]) => [name, output.slice(-4_000)]));
    const failedStarts = [...world.services.values()].reduce((sum, one) => sum + one.failedStarts.length, 0);
    await Promise.all([people.stop(), platform.stop(), memory.stop(), publishers.stop()]);
    for (const name of await world.stop())
      violations.push({ check: 'ends', says: `${name} did not end when it was asked to` });
    return { violations, ledger, missing, settledAfterMs, outputs, failedStarts };
  } catch (error) {
    await Promise.allSettled([people.stop(), platform.stop(), memory.stop(), publishers.stop()]);
    await world.stop();
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, breakOff);
  }
}

/** Plays the faults at their times. @returns those that can't be had here. */
async function play(world: World, schedule: Schedule, log: (line: string) => void): Promise<Map<string, string>> {
  const missing = new Map<string, string>();
  const began = world.now();
  const one = async (planned: Planned) => {
    await sleep(planned.atMs);
    const kind = faultKinds.find((candidate) => candidate.kind === planned.kind);
    if (kind === undefined) throw new Error(`a schedule's fault: expected a known kind, found "${planned.kind}"`);
    const why = kind.missing?.(world);
    if (why !== undefined) {
      missing.set(kind.kind, why);
      return;
    }
    const end = await kind.begin(world, planned);
    log(
      `${((world.now() - began) / 1_000).toFixed(1)} s ${kind.kind} ${planned.target} ${JSON.stringify(planned.detail)}`,
    );
    await sleep(planned.forMs);
    await end();
  };
  await Promise.all(schedule.faults.map(one));
  return missing;
}

async function tell(stories: readonly Story[], platform: Platform, publishers: Publishers) {
  const one = async (story: Story) => {
    await sleep(story.atMs);
    if (story.repository === '') return publishers.tell(story);
    const run = platform.begin(story);
    if (story.kind !== 'person') return;
    await sleep((story.n % 8) * 100);
    platform.rerunByPerson(run);
  };
  await Promise.all(stories.map(one));
}

/** Reads again and again until nothing is broken, and still is not a moment later; or the time is over. */
async function settled(
  read: () => Promise<Ledger>,
  world: World,
  promised: Promised,
  settleMs: number,
  log: (line: string) => void,
): Promise<{ ledger: Ledger; settledAfterMs: number }> {
  const began = world.now();
  let soundSince: number | undefined;
  for (;;) {
    const ledger = await read();
    const now = world.now();
    const open = violationsIn(ledger, promised, 'eventually');
    if (open.length === 0) soundSince ??= now;
    else {
      soundSince = undefined;
      log(
        `${((now - began) / 1_000).toFixed(0)} s after the calm ${open.length} open, e.g. ${open[0]?.check}: ${open[0]?.says}`,
      );
    }
    const isOver = soundSince !== undefined && now - soundSince >= CALM_MS;
    if (isOver || now - began > settleMs) return { ledger, settledAfterMs: (soundSince ?? now) - began };
    await sleep(LOOK_EVERY_MS);
  }
}
