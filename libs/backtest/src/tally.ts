import { BoundedMap } from './bounded-map.ts';
import { type Judged, type Result, results, spentRerun } from './judged.ts';
import type { PastCase } from './past-case.ts';

/** Sums over failures. */
export interface Tally {
  /** Failures that it decided about; not those that are `absent`. */
  failures: number;
  /** How many ended in each way. */
  results: Record<Result, number>;
  /** Failures about which it did not act or ask, although a rerun of the same commit went green. */
  missed: number;
  /** Incidents on which it acted three times, none of which is known to have helped. */
  loops: number;
  /** Runs that it would have begun. */
  reruns: number;
  /** Runner minutes of those. */
  minutes: number;
  /** Price of those, in the policy's currency. */
  money: number;
  /** healed / (healed + false heals), of those of which it is known; null: of none. */
  precision: number | null;
}

/** Sums of one cause or repository. */
export type NamedTally = Tally & { name: string };

/** A loop is so many actions on one incident without a heal. */
export const LOOP_AFTER = 3;
const MOST_NAMES = 1_000;
const MOST_INCIDENTS = 100_000;
/** What comes when there are too many names. */
export const OTHERS = '(others)';

const NOT_DONE: readonly Result[] = ['recommended', 'observed', 'handed-over', 'withheld'];

/** Adds up what one policy makes of the past. */
export class Sums {
  private readonly all = emptyTally();
  private readonly byCause = new Map<string, Tally>();
  private readonly byRepository = new Map<string, Tally>();
  private readonly byAction = new Map<string, Tally>();
  private readonly acts = new BoundedMap<string, { acts: number; healed: boolean }>(MOST_INCIDENTS);

  add(one: PastCase, judged: Judged): void {
    const { cause, run, action } = one.diagnosis;
    const isLoop = this.closesLoop(one, judged);
    for (const tally of [
      this.all,
      tallyIn(this.byCause, cause),
      tallyIn(this.byRepository, run.repository || run.pipelineId),
      tallyIn(this.byAction, judged.action ?? action.type),
    ]) {
      count(tally, one, judged, isLoop);
    }
  }

  get totals(): Tally {
    return finished(this.all);
  }

  get causes(): NamedTally[] {
    return listed(this.byCause);
  }

  get repositories(): NamedTally[] {
    return listed(this.byRepository);
  }

  get actions(): NamedTally[] {
    return listed(this.byAction);
  }

  private closesLoop({ diagnosis: { incidentId } }: PastCase, { actedAt, result }: Judged): boolean {
    if (actedAt === null) return false;
    const before = this.acts.get(incidentId) ?? { acts: 0, healed: false };
    const now = { acts: before.acts + 1, healed: before.healed || result === 'healed' };
    this.acts.set(incidentId, now);
    return now.acts === LOOP_AFTER && !now.healed;
  }
}

function emptyTally(): Tally {
  const none = Object.fromEntries(results.map((result) => [result, 0])) as Record<Result, number>;
  return { failures: 0, results: none, missed: 0, loops: 0, reruns: 0, minutes: 0, money: 0, precision: null };
}

function tallyIn(map: Map<string, Tally>, name: string): Tally {
  const key = map.has(name) || map.size < MOST_NAMES ? name : OTHERS;
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh = emptyTally();
  map.set(key, fresh);
  return fresh;
}

function count(tally: Tally, { truth }: PastCase, judged: Judged, isLoop: boolean): void {
  const { result, cost } = judged;
  tally.results[result] += 1;
  if (result === 'absent') return;
  tally.failures += 1;
  if (isLoop) tally.loops += 1;
  if (NOT_DONE.includes(result) && truth.kind === 'passes') tally.missed += 1;
  if (spentRerun(judged)) tally.reruns += 1;
  tally.minutes += cost?.minutes ?? 0;
  tally.money += cost?.money ?? 0;
}

function finished(tally: Tally): Tally {
  const { healed, 'false-heal': falseHeals } = tally.results;
  const known = healed + falseHeals;
  const money = Math.round(tally.money * 100) / 100;
  return { ...tally, results: { ...tally.results }, money, precision: known === 0 ? null : healed / known };
}

function listed(map: ReadonlyMap<string, Tally>): NamedTally[] {
  return [...map]
    .map(([name, tally]) => ({ name, ...finished(tally) }))
    .sort((a, b) => b.failures - a.failures || (a.name < b.name ? -1 : 1));
}
