import type { PipelineFinished, Resources } from '@prunella/contracts';
import { EMPTY, observe, type Sketch } from './sketch.ts';

/** What one run or job used. */
export interface Observation {
  /** The most memory at a time; undefined: not measured. */
  memoryBytes?: number;
  /** CPU time by wall-clock time; undefined: not measured. */
  cores?: number;
  limitBytes?: number;
  /** Ended for lack of memory: it would have needed more than `memoryBytes` and `limitBytes`. */
  outOfMemory: boolean;
  diff: DiffSize | undefined;
}

/** Sizes of changes, by the lines that they add and remove. */
export type DiffSize = 'small' | 'medium' | 'large';

/** Less than this is smaller. */
export const DIFF_SIZES: readonly { size: DiffSize; below: number }[] = [
  { size: 'small', below: 50 },
  { size: 'medium', below: 500 },
  { size: 'large', below: Number.POSITIVE_INFINITY },
];

export interface Series {
  memory: Sketch;
  cores: Sketch;
}

/** What is known of a pipeline or job. Constant in size, whatever happens. */
export interface Usage {
  /** Of all changes, and of those of a known size. */
  series: Partial<Record<DiffSize | 'all', Series>>;
  /**
   * The limits at which it ran out of memory since it last passed, each larger than the one before. What it needs is more than the last of
   * them, and nobody knows how much.
   */
  killedAt: number[];
  /** The newest events that are in it: each counts once. */
  events: string[];
}

export const NOTHING: Usage = { series: {}, killedAt: [], events: [] };

/** An event can be delivered again within minutes, not after this many others of the same job. */
const MOST_EVENTS = 64;
const MOST_KILLS = 8;

export function diffSizeOf(lines: number | undefined): DiffSize | undefined {
  return lines === undefined ? undefined : DIFF_SIZES.find(({ below }) => lines < below)?.size;
}

/** What a finished event says about use; undefined: nothing, or it says nothing about what a whole run needs. */
export function observationOf(finished: PipelineFinished): Observation | undefined {
  const { metrics, conclusion, error } = finished;
  const resources: Partial<Resources> = finished.resources ?? {};
  const outOfMemory = resources.outOfMemory === true || /oom_?killed|^OutOfMemory/i.test(error?.type ?? '');
  // One that failed early has not used what it needs.
  if (conclusion !== 'success' && !outOfMemory) return undefined;
  const limitBytes = resources.memoryLimitBytes;
  const ratio = metrics['memory'];
  const byRatio = limitBytes !== undefined && ratio !== undefined ? ratio * limitBytes : undefined;
  const memoryBytes = resources.memoryPeakBytes ?? byRatio;
  const cores = coresOf(finished, resources.cpuSeconds);
  // zero is not what anything uses: it is "not measured" in the words of some
  const observation: Observation = {
    ...(memoryBytes && { memoryBytes }),
    ...(cores && { cores }),
    ...(limitBytes && { limitBytes }),
    outOfMemory,
    diff: diffSizeOf(finished.diffLines),
  };
  return memoryBytes || cores || (outOfMemory && limitBytes) ? observation : undefined;
}

/** The usage with one more observation, once for each event. */
export function learn(usage: Usage, observation: Observation, event: string): Usage {
  if (usage.events.includes(event)) return usage;
  const series = { ...usage.series };
  for (const size of ['all', observation.diff] as const) {
    if (size !== undefined) series[size] = withOne(series[size], observation);
  }
  return {
    series,
    killedAt: killsAfter(usage.killedAt, observation),
    events: [...usage.events, event].slice(-MOST_EVENTS),
  };
}

function withOne(series: Series = { memory: EMPTY, cores: EMPTY }, observation: Observation): Series {
  const { cores } = observation;
  const memory = atLeast(observation);
  return {
    memory: memory === undefined ? series.memory : observe(series.memory, memory),
    // The processor time of one that was killed says nothing about a whole run.
    cores: cores === undefined || observation.outOfMemory ? series.cores : observe(series.cores, cores),
  };
}

/** What it needed; of one that was killed, what it needed at least. */
function atLeast({ memoryBytes, limitBytes, outOfMemory }: Observation): number | undefined {
  if (!outOfMemory) return memoryBytes;
  return memoryBytes === undefined ? limitBytes : Math.max(memoryBytes, limitBytes ?? 0);
}

function killsAfter(kills: readonly number[], observation: Observation): number[] {
  if (!observation.outOfMemory) return [];
  const bound = atLeast(observation);
  const last = kills.at(-1) ?? 0;
  // The same limit again says nothing new.
  return bound === undefined || bound <= last * 1.05 ? [...kills] : [...kills, bound].slice(-MOST_KILLS);
}

function coresOf({ startedAt, finishedAt }: PipelineFinished, cpuSeconds: number | undefined): number | undefined {
  if (cpuSeconds === undefined || startedAt === undefined || finishedAt === undefined) return undefined;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  return seconds > 0 ? cpuSeconds / seconds : undefined;
}
