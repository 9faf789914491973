import { type Random, seededRandom } from '@prunella/core';
import { z } from 'zod';

/** One fault of a schedule. Written to a file and read from it: it holds all that its kind needs to know. */
export const Planned = z.strictObject({
  kind: z.string(),
  /** When it begins, in ms since the load began. */
  atMs: z.int().min(0),
  /** How long it lasts. */
  forMs: z.int().min(0),
  /** What it hits: a process, a link, a server; empty: there is only one. */
  target: z.string(),
  /** What else its kind drew. */
  detail: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});
export type Planned = z.infer<typeof Planned>;

/** Everything that makes one run repeatable. What is left to chance are the machine's own times. */
export const Schedule = z.strictObject({
  seed: z.int(),
  /** How long load and faults go on, in ms. */
  durationMs: z.int().min(1),
  /** Of each service: with two, one goes on where the other was stopped. */
  replicas: z.int().min(1).max(3).default(1),
  /** Between two failures on average, in ms. */
  everyMs: z.int().min(1).default(500),
  /** Pipelines in the one storm; 0: none. */
  storm: z.int().min(0).default(0),
  /** When it breaks loose. */
  stormAtMs: z.int().min(0).default(0),
  /** Share of the runs that are on GitLab; the others are on GitHub. */
  gitlab: z.number().min(0).max(1).default(0),
  faults: z.array(Planned),
});
export type Schedule = z.infer<typeof Schedule>;

const SERVICES = ['auditor', 'detector', 'diagnoser', 'remediator'];

/** The processes of so many of each service: `auditor`, `auditor-2`, ... */
export function processNames(replicas: number): string[] {
  return SERVICES.flatMap((service) =>
    Array.from({ length: replicas }, (_, n) => (n === 0 ? service : `${service}-${n + 1}`)),
  );
}

/** What the schedule needs to know of a kind of fault. */
export interface Drawable {
  kind: string;
  /** What it may hit. @param processes the names of all. */
  targets(processes: readonly string[]): readonly string[];
  /** The times that it may last, in ms. */
  lasts: readonly [number, number];
  draw?(random: Random): Planned['detail'];
}

export interface Pace {
  /** Between the beginnings of two faults, in ms, drawn evenly. They overlap where they last longer. */
  between: readonly [number, number];
  /** Nothing goes wrong before, so that the first failures are on their way. */
  quietMs: number;
}

/** Everything of a run but its faults, and what is drawn. */
export type Frame = Omit<Schedule, 'seed' | 'faults' | 'stormAtMs'>;

export const USUAL_PACE: Pace = { between: [1_000, 5_000], quietMs: 2_000 };

/** While the storm is young processes die faster than else. */
const STORM_KILLS = { kind: 'kill-service', forMs: 40_000, between: [1_500, 4_000], lasts: [100, 1_500] } as const;

/**
 * The faults of a seed: every kind once, in an order of its own, and then all of them again; and in a storm one process after the other is killed besides. The same seed, the same faults.
 */
export function scheduleOf(
  seed: number,
  frame: Partial<Frame> & Pick<Frame, 'durationMs'>,
  kinds: readonly Drawable[],
  pace: Pace = USUAL_PACE,
): Schedule {
  const random = seededRandom(seed);
  const processes = processNames(frame.replicas ?? 1);
  const faults: Planned[] = [];
  let bag: Drawable[] = [];
  for (let atMs = pace.quietMs; atMs < frame.durationMs; atMs += between(random, pace.between)) {
    if (bag.length === 0) bag = shuffled(random, kinds);
    const kind = bag.pop();
    if (kind === undefined) break;
    const target = oneOf(random, kind.targets(processes));
    const forMs = between(random, kind.lasts);
    faults.push({ kind: kind.kind, atMs, forMs, target, detail: kind.draw?.(random) ?? {} });
  }
  const stormAtMs = Math.round(frame.durationMs * (0.2 + 0.4 * random()));
  const isStormy = (frame.storm ?? 0) > 0 && kinds.some(({ kind }) => kind === STORM_KILLS.kind);
  if (isStormy) faults.push(...killsFrom(random, stormAtMs, frame.durationMs, processes));
  faults.sort((a, b) => a.atMs - b.atMs);
  return Schedule.parse({ ...frame, seed, stormAtMs, faults });
}

function killsFrom(random: Random, fromMs: number, endMs: number, processes: readonly string[]): Planned[] {
  const { kind, between: pace, lasts } = STORM_KILLS;
  const untilMs = Math.min(fromMs + STORM_KILLS.forMs, endMs);
  const kills: Planned[] = [];
  for (let atMs = fromMs; atMs < untilMs; atMs += between(random, pace)) {
    kills.push({ kind, atMs, forMs: between(random, lasts), target: oneOf(random, processes), detail: {} });
  }
  return kills;
}

function oneOf(random: Random, all: readonly string[]): string {
  return all[Math.floor(random() * all.length)] ?? '';
}

/** A schedule as it is read by people, a line for each fault. */
export function written(schedule: Schedule): string {
  const { seed, durationMs, replicas, everyMs, storm, stormAtMs, gitlab, faults } = schedule;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const line = ({ kind, atMs, forMs, target, detail }: Planned) =>
    [`${seconds(atMs).padStart(8)}  ${kind}`, target, `for ${seconds(forMs)}`, ...pairs(detail)]
      .filter(Boolean)
      .join(' ');
  const weather = storm === 0 ? 'no storm' : `a storm of ${storm} after ${seconds(stormAtMs)}`;
  const load = `a failure each ${everyMs} ms, ${Math.round(gitlab * 100)} % of them on GitLab, ${weather}`;
  const head = `seed ${seed}, ${seconds(durationMs)}, ${replicas} of each service, ${load}, ${faults.length} fault(s)`;
  return [head, ...faults.map(line)].join('\n');
}

function pairs(detail: Planned['detail']): string[] {
  return Object.entries(detail).map(([name, value]) => `${name}=${value}`);
}

function between(random: Random, [least, most]: readonly [number, number]): number {
  return Math.round(least + random() * (most - least));
}

/** Fisher-Yates. */
export function shuffled<T>(random: Random, all: readonly T[]): T[] {
  const order = [...all];
  for (let n = order.length - 1; n > 0; n -= 1) {
    const other = Math.floor(random() * (n + 1));
    [order[n], order[other]] = [order[other] as T, order[n] as T];
  }
  return order;
}
