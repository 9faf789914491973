import type { ActionType } from '@prunella/contracts';
import { reliability } from '@prunella/learning';
import { byHandDependsOn, ownerBy, type Policy } from '@prunella/policy';
import {
  type CostKey,
  type HealingRange,
  healTimes,
  newestActions,
  newestFailures,
  type PlacedAction,
  repeatedHeals,
  type StatedTally,
  type Store,
  tallyActions,
  tallyCosts,
  tallyDays,
  tallyNotDone,
  tallyStated,
  tallyWorth,
} from '@prunella/store';
import type { CorrelationReport } from '../api/answers/correlation.ts';
import type { ReliabilityReport } from '../api/answers/reliability.ts';
import type { CostReport, EffectivenessReport } from '../api/answers/reports.ts';
import type { RootCauseReport } from '../api/answers/root-causes.ts';
import { healingActions } from '../outcomes/proof.ts';
import { coincidences } from './coincidences.ts';
import { coincidenceReport, WITHIN_MS } from './correlation.ts';
import { costs } from './costs.ts';
import { daysOf } from './days.ts';
import { effectiveness } from './effectiveness.ts';
import { rootCauseOf } from './root-causes.ts';
import { wholeEffectiveness } from './whole-effectiveness.ts';
import { worthByKey, worthOf } from './worth.ts';

/** The newest actions that are looked at for what came with them, and the newest failures around those. */
const [MOST_ACTIONS, MOST_FAILURES] = [5_000, 20_000];

export interface ReportDeps {
  store: Store;
  policy: Policy;
}

/** What the actions of a range helped, and how fast. */
export async function effectivenessReport({ store }: ReportDeps, range: HealingRange): Promise<EffectivenessReport> {
  const which = { by: 'action', actions: healingActions } as const;
  const [tallies, spent, times, notDone, days] = await Promise.all([
    store.read((manager) => tallyActions(manager, range, healingActions)),
    store.read((manager) => tallyCosts(manager, range, which)),
    store.read((manager) => healTimes(manager, range)),
    store.read((manager) => tallyNotDone(manager, range, healingActions)),
    store.read((manager) => tallyDays(manager, range, healingActions)),
  ]);
  const whole = wholeEffectiveness(effectiveness(tallies, spent), times, notDone);
  return { ...told(range), ...whole, days: daysOf(days) };
}

/** Whether actions of a range healed as often as was said when they were decided. */
export async function reliabilityReport(
  { store }: Pick<ReportDeps, 'store'>,
  range: HealingRange,
  action: ActionType | undefined,
): Promise<ReliabilityReport> {
  const actions = action === undefined ? healingActions : [action];
  const tallies = await store.read((manager) => tallyStated(manager, range, actions));
  const said = tallies.filter((tally): tally is StatedTally & { confidence: number } => tally.confidence !== null);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    ...told(range),
    action: action ?? null,
    ...reliability(said),
    unproven: sum(said.map(({ unproven }) => unproven)),
    unstated: sum(
      tallies.filter(({ confidence }) => confidence === null).map(({ cases, unproven }) => cases + unproven),
    ),
  };
}

/** What the actions of a range cost, and what came of it. */
export async function costReport({ store, policy }: ReportDeps, range: HealingRange, by: CostKey): Promise<CostReport> {
  const which = { by, actions: healingActions, apart: byHandDependsOn(policy.reports) };
  const [spent, worth] = await Promise.all([
    store.read((manager) => tallyCosts(manager, range, which)),
    store.read((manager) => tallyWorth(manager, range, which)),
  ]);
  const { total, items } = costs(spent);
  const byKey = worthByKey(worth, policy);
  return {
    ...told(range),
    by,
    total: { ...total, ...worthOf(worth, policy) },
    items: items.map((item) => ({ ...item, ...(byKey.get(item.key) ?? worthOf([], policy)) })),
  };
}

/** What was healed again and again in a range. */
export async function rootCauseReport(
  { store, policy }: ReportDeps,
  range: HealingRange,
  which: { atLeast: number; limit: number; repository?: string | undefined },
): Promise<RootCauseReport> {
  const found = await store.read((manager) => repeatedHeals(manager, range, which));
  const items = found.map((heal) => {
    const { repository, pipelineId: pipeline, workload } = heal;
    return rootCauseOf(heal, ownerBy(policy.owners, { repository, pipeline, workload }));
  });
  return { ...told(range), atLeast: which.atLeast, items };
}

/** Which actions of a range came together with failures: of the newest actions, and as far back as the newest failures go. */
export async function correlationReport(
  { store }: ReportDeps,
  range: HealingRange,
  { limit }: { limit: number },
): Promise<CorrelationReport> {
  const found = await store.read((manager) => newestActions(manager, range, MOST_ACTIONS + 1));
  const actions = found.slice(0, MOST_ACTIONS);
  const around = rangeAround(actions);
  const failures =
    around === undefined ? [] : await store.read((manager) => newestFailures(manager, around, MOST_FAILURES));
  // Of what is older not all failures are known that came with it.
  const oldest = failures.length < MOST_FAILURES ? undefined : failures.at(-1)?.atMs;
  const looked = oldest === undefined ? actions : actions.filter(({ at }) => at.getTime() - WITHIN_MS > oldest);
  const which = { more: looked.length < found.length, items: limit };
  return { ...told(range), ...coincidenceReport(coincidences(looked, failures, WITHIN_MS), which) };
}

/** @param actions the newest first. */
function rangeAround(actions: readonly PlacedAction[]): HealingRange | undefined {
  const [newest, oldest] = [actions[0], actions.at(-1)];
  if (newest === undefined || oldest === undefined) return undefined;
  return { from: new Date(oldest.at.getTime() - WITHIN_MS), to: new Date(newest.at.getTime() + WITHIN_MS) };
}

/** A range as reports tell it. */
export function told({ from, to }: HealingRange): { from: string; to: string } {
  return { from: from.toISOString(), to: to.toISOString() };
}
