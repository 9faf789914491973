import { percentile } from '../../store/percentile.ts';

/** How dear a chain was in runs that stand for what is right, in `recorded.json`. */
export interface Recorded {
  /** Processor time of our four processes for a chain by that of the raw clients' four: the middle of `runs`. */
  ratio: number;
  /** How much worse than `ratio` is still taken for noise: 0.2 is a fifth. */
  margin: number;
  /** What each run found, and how many busy loops ran beside it. */
  runs: readonly { ratio: number; busyLoops: number }[];
  /** For people: when, at which commit and on what. */
  note: string;
}

export interface Judgement {
  isWorse: boolean;
  /** Of the measured rounds, the middle. */
  ratio: number;
  /** From here on it is worse. */
  limit: number;
  says: string;
}

/** Noise that was seen is doubled, for nobody has seen all of it; and a tenth is nothing to stop work for. */
const SAFETY = 2;
const LEAST_MARGIN = 0.1;

/** What a few runs come to. @throws Error without runs. */
export function record(runs: Recorded['runs'], note: string): Recorded {
  if (runs.length === 0) throw new Error('expected at least one run to record, found none');
  const ratio = percentile(
    runs.map((run) => run.ratio),
    0.5,
  );
  const furthest = Math.max(...runs.map((run) => Math.abs(run.ratio / ratio - 1)));
  return { ratio, margin: Math.max(LEAST_MARGIN, SAFETY * furthest), runs, note };
}

/** @param rounds the ratio of each round. Fails only for the worse: what got cheaper is to be recorded, and no reason to stop anybody. */
export function judge(rounds: readonly number[], { ratio: recorded, margin }: Recorded): Judgement {
  const ratio = percentile(rounds, 0.5);
  const limit = recorded * (1 + margin);
  // No figure is no proof that all is well.
  const isWorse = !(ratio <= limit);
  const found = `a chain costs ${ratio.toFixed(1)} times the processor time of raw clients (rounds: ${rounds.map((one) => one.toFixed(1)).join(', ')})`;
  const known = `recorded are ${recorded.toFixed(1)} times, ${limit.toFixed(1)} with the margin`;
  const advice = isWorse
    ? '. Find what got dearer by `npm run bench -- --only chain --profile DIR`; where it is worth that, record it anew by `npm run bench:guard -- --record`, and say why in the commit'
    : '';
  return { isWorse, ratio, limit, says: `${found}; ${known}${advice}.` };
}
