import { setTimeout as sleep } from 'node:timers/promises';
import type { Violation } from './check/check.ts';
import { violationsIn } from './check/index.ts';
import { emptyLedger, type Ledger, type Probes } from './ledger/ledger.ts';
import { MemoryWatch } from './ledger/memory.ts';
import { observe } from './ledger/observe.ts';
import { githubStage } from './load/github.ts';
import { gitlabStage } from './load/gitlab.ts';
import { People } from './load/people.ts';
import { Platform } from './load/platform.ts';
import { Platforms } from './load/platforms.ts';
import { PROMISED, type Promised } from './load/promised.ts';
import { Publishers } from './load/publishers.ts';
import { probesAfter, type Story, storiesOf } from './load/stories.ts';
import { happened, play } from './play.ts';
import type { Schedule } from './schedule/schedule.ts';
import { settled } from './settle.ts';
import { SECRET, startWorld, type World } from './world/world.ts';

export interface RunOptions {
  /** How long all that is under way may take to come to its end, after the last fault, in ms. */
  settleMs: number;
  promised?: Promised;
  /** A fault that has met nothing in its time goes on for up to so long, in ms. Default: 0. */
  patienceMs?: number;
  /** Told what happens, a line each. */
  log?: (line: string) => void;
  /** Something that a test does to the world while all goes on, after the faults. @returns how what is to be found about it begins: it is not waited for to be well. */
  sabotage?(world: World, platforms: Platforms): Promise<string>;
}

export interface Result {
  violations: Violation[];
  ledger: Ledger;
  /** Faults that can't be had here, and why. */
  missing: Map<string, string>;
  /** How often each kind of fault that was begun met something. */
  happened: Map<string, number>;
  /** From the end of the last fault until nothing was broken any more, in ms. */
  settledAfterMs: number;
  /** The end of what each process printed, for whoever looks for the reason. */
  outputs: ReadonlyMap<string, string>;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** One run: load and faults, then calm, then the judgement. */
export async function run(schedule: Schedule, options: RunOptions): Promise<Result> {
  const { log = () => undefined, promised = PROMISED, patienceMs = 0, settleMs } = options;
  const world = await startWorld(promised, schedule);
  // Whoever stops the run stops all that it began: a mounted disk would outlive it.
  const breakOff = () => void world.stop().finally(() => process.exit(130));
  for (const signal of SIGNALS) process.once(signal, breakOff);
  const platforms = new Platforms({
    github: new Platform(world, githubStage(world.github, SECRET)),
    gitlab: new Platform(world, gitlabStage(world.gitlab, SECRET)),
  });
  const publishers = await Publishers.start(world);
  const people = new People(world, (run) => platforms.storyOf(run));
  const memory = new MemoryWatch(world);
  const stopLoad = () => Promise.allSettled([people.stop(), platforms.stop(), memory.stop(), publishers.stop()]);
  log(`all runs after ${world.now()} ms`);
  try {
    const stories = storiesOf(schedule.seed, schedule);
    const [{ missing, seen: faults }] = await Promise.all([
      play(world, schedule.faults, { patienceMs, log }),
      tell(stories, platforms, publishers),
      sleep(schedule.durationMs),
    ]);
    world.github.heal();
    world.gitlab.heal();
    const wrong = await options.sabotage?.(world, platforms);
    log(`calm after ${world.now()} ms`);
    const probes = probe(stories, platforms, publishers);
    const all = Promise.all([world.courier.idle(), publishers.idle()]);
    await Promise.race([all, sleep(settleMs, undefined, { ref: false })]);
    const services = [...world.services.values()];
    const read = async (): Promise<Ledger> => ({
      ...emptyLedger(),
      ...{ deliveries: world.courier.deliveries, reports: publishers.reports, garbage: publishers.garbage },
      ...{
        effects: platforms.effects,
        byPeople: platforms.byPeople,
        answers: people.answers,
        replayed: world.replayed,
      },
      ...{ violations: [...world.github.violations, ...world.gitlab.violations], memory: memory.seen, probes, faults },
      deaths: services.flatMap(({ deaths }) => deaths),
      failedStarts: services.flatMap(({ failedStarts }) => failedStarts),
      end: await observe(world, platforms.runs),
    });
    const { ledger, settledAfterMs } = await settled({ read, now: world.now, promised, settleMs, log, wrong });
    const outputs = new Map(services.map(({ name, output }) => [name, output.slice(-4_000)]));
    await stopLoad();
    ledger.ends = await world.stop();
    const violations = violationsIn(ledger, promised);
    return { violations, ledger, missing, happened: happened(faults), settledAfterMs, outputs };
  } catch (error) {
    await stopLoad();
    await world.stop();
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, breakOff);
  }
}

async function tell(stories: readonly Story[], platforms: Platforms, publishers: Publishers) {
  const one = async (story: Story) => {
    await sleep(story.atMs);
    if (story.repository === '') {
      publishers.tell(story);
      return;
    }
    const run = platforms.begin(story);
    if (story.kind !== 'person') return;
    await sleep((story.n % 8) * 100);
    run.rerunByPerson();
  };
  await Promise.all(stories.map(one));
}

/** Nothing is wrong any more: what is begun now has to be healed. */
function probe(stories: readonly Story[], platforms: Platforms, publishers: Publishers): Probes {
  const { runs, report } = probesAfter(stories);
  const begun = runs.map((story) => platforms.begin(story));
  return {
    runs: begun.map(({ repository, runId, attempt }) => ({ repository, runId, attempt })),
    pipelineId: publishers.tell(report)?.pipelineId ?? '',
  };
}
