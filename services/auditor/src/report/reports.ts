import { byHandDependsOn, ownerBy, type Policy } from '@prunella/policy';
import {
  type CostKey,
  coincidences,
  type HealingRange,
  healTimes,
  repeatedHeals,
  type Store,
  tallyActions,
  tallyCosts,
  tallyNotDone,
  tallyWorth,
} from '@prunella/store';
import type { CostReport, EffectivenessReport } from '../api/answers.ts';
import type { CorrelationReport, RootCauseReport } from '../api/report-answers.ts';
import { healingActions } from '../outcomes/proof.ts';
import { coincidenceReport, WITHIN_MS } from './correlation.ts';
import { costs } from './costs.ts';
import { effectiveness } from './effectiveness.ts';
import { rootCauseOf } from './root-causes.ts';
import { wholeEffectiveness } from './whole-effectiveness.ts';
import { worthByKey, worthOf } from './worth.ts';

/** The newest actions that are looked at for what came with them. */
const MOST_ACTIONS = 5_000;

export interface ReportDeps {
  store: Store;
  policy: Policy;
}

/** What the actions of a range helped, and how fast. */
export async function effectivenessReport({ store }: ReportDeps, range: HealingRange): Promise<EffectivenessReport> {
  const which = { by: 'action', actions: healingActions } as const;
  const [tallies, spent, times, notDone] = await Promise.all([
    store.read((manager) => tallyActions(manager, range, healingActions)),
    store.read((manager) => tallyCosts(manager, range, which)),
    store.read((manager) => healTimes(manager, range)),
    store.read((manager) => tallyNotDone(manager, range, healingActions)),
  ]);
  return { ...told(range), ...wholeEffectiveness(effectiveness(tallies, spent), times, notDone) };
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

/** Which actions of a range came together with failures. */
export async function correlationReport(
  { store }: ReportDeps,
  range: HealingRange,
  { limit }: { limit: number },
): Promise<CorrelationReport> {
  const which = { withinMs: WITHIN_MS, most: MOST_ACTIONS + 1 };
  const found = await store.read((manager) => coincidences(manager, range, which));
  return { ...told(range), ...coincidenceReport(found, { most: MOST_ACTIONS, items: limit }) };
}

/** A range as reports tell it. */
export function told({ from, to }: HealingRange): { from: string; to: string } {
  return { from: from.toISOString(), to: to.toISOString() };
}
