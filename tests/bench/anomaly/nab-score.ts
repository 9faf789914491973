/**
 * The scoring of the Numenta Anomaly Benchmark, standard profile (Lavin and Ahmad, 2015; and its `sweeper.py`): of each window the earliest detection counts, the
 * earlier the more; what is found in none costs, the more the further behind a window it is.
 */

/** Standard profile. */
const WEIGHTS = { tp: 1, fp: 0.11, fn: 1 } as const;
/** The first part of each file is not scored, of long files that of 5000 values. */
const PROBATION = 0.15;
const LONGEST_FOR_PROBATION = 5_000;

export interface Scored {
  /** One for each value, the higher the more unusual. */
  scores: readonly number[];
  windows: readonly (readonly [number, number])[];
}

export interface NabFigures {
  /** 0: tells nothing; 100: tells the first value of each window, and nothing else. */
  score: number;
  /** From this score on it is told. The best one for all files together, as NAB has it; above every score: nothing is. */
  threshold: number;
  /** Windows in which something was told, of how many. */
  found: number;
  windows: number;
  /** Values outside of windows that were told. */
  falseAlarms: number;
}

interface Point {
  score: number;
  /** What it is worth to tell it. */
  worth: number;
  /** Index over all files; undefined: in none. */
  window: number | undefined;
}

/** How many values at the beginning of a file are not scored. */
export function probationOf(length: number): number {
  return Math.min(Math.floor(PROBATION * length), PROBATION * LONGEST_FOR_PROBATION);
}

/** Scores a detector on all files, with the threshold that is best for it on all of them. */
export function scoreNab(files: readonly Scored[]): NabFigures {
  let windows = 0;
  const points: Point[] = [];
  for (const file of files) {
    points.push(...pointsOf(file, windows));
    windows += file.windows.length;
  }
  points.sort((a, b) => b.score - a.score);
  const best = new Array<number>(windows).fill(-WEIGHTS.fn);
  const nothing = -windows * WEIGHTS.fn;
  let now = { sum: nothing, found: 0, falseAlarms: 0 };
  let chosen = { ...now, threshold: Number.POSITIVE_INFINITY };
  points.forEach(({ score, worth, window }, index) => {
    if (window === undefined) now = { ...now, sum: now.sum + worth, falseAlarms: now.falseAlarms + 1 };
    else {
      const before = best[window] as number;
      const after = Math.max(before, worth);
      best[window] = after;
      now = { ...now, sum: now.sum + after - before, found: now.found + (before === -WEIGHTS.fn ? 1 : 0) };
    }
    // Equal scores are told together or not at all.
    if (points[index + 1]?.score !== score && now.sum > chosen.sum) chosen = { ...now, threshold: score };
  });
  const { sum, ...figures } = chosen;
  const perfect = windows * WEIGHTS.tp;
  return { score: (100 * (sum - nothing)) / (perfect - nothing), windows, ...figures };
}

function pointsOf({ scores, windows }: Scored, firstWindow: number): Point[] {
  const points: Point[] = [];
  let next = 0;
  for (let index = 0; index < scores.length; index++) {
    while ((windows[next]?.[1] ?? index) < index) next += 1;
    const window = windows[next];
    const inside = window !== undefined && index >= window[0];
    if (index < probationOf(scores.length)) continue;
    const worth = inside ? worthInside(index, window) : worthOutside(index, windows[next - 1]);
    points.push({ score: scores[index] as number, worth, window: inside ? firstWindow + next : undefined });
  }
  return points;
}

function worthInside(index: number, [from, to]: readonly [number, number]): number {
  const position = -(to - index + 1) / (to - from + 1);
  return (scaledSigmoid(position) / scaledSigmoid(-1)) * WEIGHTS.tp;
}

function worthOutside(index: number, before: readonly [number, number] | undefined): number {
  if (before === undefined) return -WEIGHTS.fp;
  const [from, to] = before;
  return scaledSigmoid((index - to) / (to - from)) * WEIGHTS.fp;
}

/** From 1 at the beginning of a window (-1) over 0 at its end to -1. */
export function scaledSigmoid(position: number): number {
  return position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}
