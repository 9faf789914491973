import { countIncidents, countTests, type HealingRange, listDebts, listTests } from '@prunella/store';
import type { Judgement, Observation } from '@prunella/test-history';
import type { CostReport } from '../api/answers/reports.ts';
import type { SummaryReport } from '../api/answers/summary.ts';
import type { AuditorPolicy } from '../auditor-policy.ts';
import { type DebtLimits, debtOf, ownedBy } from '../debts/debt.ts';
import {
  correlationReport,
  costReport,
  effectivenessReport,
  type ReportDeps,
  rootCauseReport,
  told,
} from './reports.ts';

/** So many of each kind are in a summary. */
const MOST = 10;
const MOST_DEBTS = 200;
const MOST_FLAKY = 200;
const OPEN_TO_PEOPLE: readonly string[] = ['awaiting_approval', 'recommended'];

export interface SummaryDeps extends ReportDeps {
  owners: Pick<AuditorPolicy, 'ownerOf'>;
  limits: DebtLimits;
}

/**
 * All reports of a range in one, each cut to what matters most. Debts and tests are as they are now.
 *
 * @param now in ms since the epoch.
 */
export async function summaryReport(d: SummaryDeps, range: HealingRange, now: number): Promise<SummaryReport> {
  const [incidents, effectiveness, costs, rootCauses, correlation, debts, tests] = await Promise.all([
    d.store.read((manager) => countIncidents(manager, range)),
    effectivenessReport(d, range),
    costReport(d, range, 'repository'),
    rootCauseReport(d, range, { atLeast: d.limits.rootCauseAfter, limit: MOST }),
    correlationReport(d, range, { limit: MOST }),
    debtsDue(d, range, now),
    flakyTests(d),
  ]);
  const count = (which: (one: { state: string; outcome: string | null }) => boolean) =>
    incidents.filter(which).reduce((sum, one) => sum + one.count, 0);
  return {
    ...told(range),
    incidents: {
      opened: count(() => true),
      healed: count(({ outcome }) => outcome === 'healed'),
      handedOver: count(({ state }) => state === 'handed_over'),
      waiting: count(({ state }) => OPEN_TO_PEOPLE.includes(state)),
      open: count(({ state }) => state !== 'closed'),
    },
    effectiveness,
    costs: { ...costs, items: costs.items.toSorted(byCost).slice(0, MOST) },
    rootCauses,
    correlation,
    debts,
    tests,
  };
}

function byCost(a: CostReport['items'][number], b: CostReport['items'][number]): number {
  const minutes = (item: CostReport['items'][number]) => Math.max(item.actualMinutes, item.expectedMinutes);
  return minutes(b) - minutes(a) || b.actions - a.actions || (a.key < b.key ? -1 : 1);
}

/** What is overdue, and what will be within as long a time as the range. */
async function debtsDue(
  { store, limits, owners }: SummaryDeps,
  { from, to }: HealingRange,
  now: number,
): Promise<SummaryReport['debts']> {
  // What is due so much later is what would be overdue now if it were due so much earlier.
  const dueMs = limits.dueMs - (to.getTime() - from.getTime());
  const page = { now: new Date(now), dueMs, limit: MOST_DEBTS };
  const found = await store.read((manager) => listDebts(manager, { state: 'overdue' }, page));
  const due = found
    .map((debt) => debtOf(debt, now, limits, ownedBy(owners)))
    .sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt) || (a.id < b.id ? -1 : 1));
  const overdue = due.filter(({ state }) => state === 'overdue').length;
  return { overdue, dueSoon: due.length - overdue, items: due.slice(0, MOST) };
}

async function flakyTests({ store }: SummaryDeps): Promise<SummaryReport['tests']> {
  const [counts, flaky] = await Promise.all([
    store.read((manager) => countTests(manager, undefined)),
    store.read((manager) => listTests<Observation, Judgement>(manager, { state: 'flaky' }, MOST_FLAKY)),
  ]);
  const of = (state: string) => counts.find((one) => one.state === state)?.count ?? 0;
  return {
    known: counts.reduce((sum, { count }) => sum + count, 0),
    ...{ failing: of('failing'), flaky: of('flaky'), suspect: of('suspect') },
    items: flaky
      .map(({ id, name, repository, judgement }) => ({ id, name, repository, proofs: judgement?.proofs ?? 0 }))
      .sort((a, b) => b.proofs - a.proofs)
      .slice(0, MOST),
  };
}
