import type { Cause } from '@prunella/contracts';
import type { Example } from './failure.ts';
import { type Model, predict, type TrainOptions, train } from './model.ts';

/** A failure with its true cause and its time, as history knows it. */
export interface HistoryExample extends Example {
  /** When it failed, in milliseconds since the epoch. */
  at: number;
}

export interface ContestOptions extends TrainOptions {
  /** Part of the history, the latest, on which both are judged. Default 0.3. */
  heldOut?: number;
  /** So many failures have to be in the held-out part. Default 50. */
  leastHeldOut?: number;
  /** So many failures a cause needs before it counts as learnt; at least two causes have to be. Default 5. */
  leastPerCause?: number;
  /** By so much the challenger has to be right more often, as a part of all. Default 0.01. */
  margin?: number;
  /** Probability at most that an equally good challenger would look so much better by chance. Default 0.05. */
  significance?: number;
}

/** What became of a contest, and why. */
export type Contest =
  | { replaced: true; model: Model; reason: string; figures: ContestFigures }
  | { replaced: false; reason: string; figures?: ContestFigures };

export interface ContestFigures {
  /** Failures that both were judged on: later than all that the challenger was trained on. */
  heldOut: number;
  /** Parts 0..1 of them that each is right about. */
  champion: number;
  challenger: number;
  /** Failures that only one of them is right about. */
  onlyChampion: number;
  onlyChallenger: number;
  /** One-sided, that the challenger is better by chance only. */
  chance: number;
}

const DEFAULTS = { heldOut: 0.3, leastHeldOut: 50, leastPerCause: 5, margin: 0.01, significance: 0.05 };

/**
 * Trains a challenger on the earlier part of a history and judges it against the champion on the later part, which
 * neither has seen. Only where it is better by the margin, and that is not likely chance, it is trained once more, on all
 * of the history, and takes over.
 *
 * Whether the difference is chance says the exact test of McNemar (1947): of the failures that only one of the two is right
 * about, each would fall to either side like a coin.
 *
 * Same history and same `random`, same contest. Failures older than the champion are trained on, not judged on.
 *
 * @param options.start where the challenger begins; the champion itself, when what it was trained on is not at hand.
 */
export function contest(champion: Model, history: readonly HistoryExample[], options: ContestOptions): Contest {
  const { heldOut, leastHeldOut, leastPerCause, margin, significance, ...training } = { ...DEFAULTS, ...options };
  const byTime = history.toSorted((a, b) => a.at - b.at);
  const parted = part(byTime, heldOut, Date.parse(champion.createdAt));
  if (parted.later.length < leastHeldOut) {
    return no(`expected ${leastHeldOut} failures later than the champion to judge on, found ${parted.later.length}`);
  }
  const learnt = causesOf(parted.earlier, leastPerCause);
  if (learnt.length < 2) {
    return no(`expected ${leastPerCause} earlier failures of at least two causes, found ${learnt.length} such causes`);
  }
  const figures = figuresOf(champion, train(parted.earlier, training), parted.later);
  const gain = figures.challenger - figures.champion;
  const shown = `${percent(figures.challenger)} right against ${percent(figures.champion)} on ${figures.heldOut} later failures`;
  if (gain < margin) return no(`not better by ${percent(margin)}: ${shown}`, figures);
  if (figures.chance > significance) return no(`could be chance (p = ${figures.chance.toFixed(3)}): ${shown}`, figures);
  const model = train(byTime, { ...training, metrics: { ...training.metrics, laterAccuracy: figures.challenger } });
  return { replaced: true, model, reason: `better: ${shown}, p = ${figures.chance.toFixed(3)}`, figures };
}

/** Equal times fall on one side. A champion without a time has seen nothing of the history. */
function part(
  byTime: readonly HistoryExample[],
  share: number,
  championAt: number,
): { earlier: HistoryExample[]; later: HistoryExample[] } {
  const boundary = byTime[Math.floor(byTime.length * (1 - share))]?.at ?? Number.POSITIVE_INFINITY;
  const from = Number.isNaN(championAt) ? boundary : Math.max(boundary, championAt);
  return { earlier: byTime.filter(({ at }) => at < from), later: byTime.filter(({ at }) => at >= from) };
}

function causesOf(examples: readonly Example[], least: number): Cause[] {
  const counts = Map.groupBy(examples, ({ cause }) => cause);
  return [...counts].filter(([, list]) => list.length >= least).map(([cause]) => cause);
}

function figuresOf(champion: Model, challenger: Model, later: readonly Example[]): ContestFigures {
  const right = (model: Model, { failure, cause, acceptable = [] }: Example): boolean => {
    const said = predict(model, failure)[0]?.cause;
    return said !== undefined && (said === cause || acceptable.includes(said));
  };
  const both = later.map((example) => ({ old: right(champion, example), fresh: right(challenger, example) }));
  const onlyChampion = both.filter(({ old, fresh }) => old && !fresh).length;
  const onlyChallenger = both.filter(({ old, fresh }) => fresh && !old).length;
  return {
    heldOut: later.length,
    champion: both.filter(({ old }) => old).length / later.length,
    challenger: both.filter(({ fresh }) => fresh).length / later.length,
    onlyChampion,
    onlyChallenger,
    chance: headsOrMore(onlyChallenger, onlyChampion + onlyChallenger),
  };
}

/** The probability that so many or more of `tosses` fair coins show heads. */
export function headsOrMore(heads: number, tosses: number): number {
  let log = -tosses * Math.LN2;
  let sum = heads === 0 ? Math.exp(log) : 0;
  for (let k = 1; k <= tosses; k += 1) {
    log += Math.log((tosses - k + 1) / k);
    if (k >= heads) sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

function no(reason: string, figures?: ContestFigures): Contest {
  return { replaced: false, reason, ...(figures && { figures }) };
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
