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
  /** Of the remediator: with two, one goes on where the other was stopped. */
  remediators: z.int().min(1).max(4).default(1),
  /** Between two failures on average, in ms. */
  everyMs: z.int().min(1).default(500),
  /** Pipelines in the one storm; 0: none. */
  storm: z.int().min(0).default(0),
  faults: z.array(Planned),
});
export type Schedule = z.infer<typeof Schedule>;

/** What the schedule needs to know of a kind of fault. */
export interface Drawable {
  kind: string;
  targets: readonly string[];
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

/** Everything of a run but its faults. */
export type Frame = Omit<Schedule, 'seed' | 'faults'>;

export const USUAL_PACE: Pace = { between: [1_000, 5_000], quietMs: 2_000 };

/** The faults of a seed: every kind once, in an order of its own, and then all of them again. The same seed, the same faults. */
export function scheduleOf(
  seed: number,
  frame: Partial<Frame> & Pick<Frame, 'durationMs'>,
  kinds: readonly Drawable[],
  pace: Pace = USUAL_PACE,
): Schedule {
  const random = seededRandom(seed);
  const faults: Planned[] = [];
  let bag: Drawable[] = [];
  for (let atMs = pace.quietMs; atMs < frame.durationMs; atMs += between(random, pace.between)) {
    if (bag.length === 0) bag = shuffled(random, kinds);
    const kind = bag.pop();
    if (kind === undefined) break;
    const target = kind.targets[Math.floor(random() * kind.targets.length)] ?? '';
    const forMs = between(random, kind.lasts);
    faults.push({ kind: kind.kind, atMs, forMs, target, detail: kind.draw?.(random) ?? {} });
  }
  return Schedule.parse({ ...frame, seed, faults });
}

/** A schedule as it is read by people, a line for each fault. */
export function written({ seed, durationMs, remediators, everyMs, storm, faults }: Schedule): string {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const line = ({ kind, atMs, forMs, target, detail }: Planned) =>
    [`${seconds(atMs).padStart(8)}  ${kind}`, target, `for ${seconds(forMs)}`, ...pairs(detail)]
      .filter(Boolean)
      .join(' ');
  const load = `a failure each ${everyMs} ms, ${storm === 0 ? 'no storm' : `a storm of ${storm}`}`;
  const head = `seed ${seed}, ${seconds(durationMs)}, ${remediators} remediator(s), ${load}, ${faults.length} fault(s)`;
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
