import type { DigestMade } from '@prunella/contracts';
import type { SummaryReport } from '../api/answers/summary.ts';
import type { Money } from '../report/costs.ts';

/** So many of each kind are named: people read ten lines. */
const MOST_NAMED = 3;
const MOST_OF_A_SENTENCE = 400;

type Item = DigestMade['rootCauses'][number];

/** What a summary comes to for people who look once a week. @param channel empty: the usual one. */
export function digestOf(summary: SummaryReport, channel: string): DigestMade {
  const { from, to, incidents, effectiveness, costs, rootCauses, debts, tests } = summary;
  const { total, successful, ineffective, harmful, successRate } = effectiveness.overall;
  const { spent, saved } = costs.total;
  return {
    from,
    to,
    channel,
    incidents: incidents.opened,
    handedOver: incidents.handedOver + incidents.waiting,
    actions: total,
    ...{ healed: successful, ineffective, harmful },
    ...(successRate !== null && { successRate }),
    rootCauses: rootCauses.items.slice(0, MOST_NAMED).map(({ what, fix, owner }) => item(`${what}. ${fix}`, owner)),
    rootCauseCount: rootCauses.items.length,
    debts: debts.items
      .slice(0, MOST_NAMED)
      .map(({ what, dueAt, owner }) => item(`${what}, due ${dueAt.slice(0, 10)}`, owner)),
    debtsDue: debts.dueSoon,
    debtsOverdue: debts.overdue,
    flakyTests: tests.flaky,
    spent: costsOf(spent.minutes, spent.money),
    saved: saved === null ? [] : costsOf(saved.minutes, saved.money),
  };
}

function item(says: string, owner: string | null): Item {
  const whole = says.toWellFormed();
  return {
    says: whole.length > MOST_OF_A_SENTENCE ? `${whole.slice(0, MOST_OF_A_SENTENCE - 1)}…`.toWellFormed() : whole,
    owner: owner ?? '',
  };
}

/** The minutes stand with the first currency; without one they stand alone. */
function costsOf(minutes: number, money: readonly Money[]): DigestMade['spent'] {
  const [first, ...others] = money;
  if (first === undefined) return minutes > 0 ? [{ minutes, money: 0, currency: '' }] : [];
  return [
    { minutes, money: first.amount, currency: first.currency },
    ...others.map(({ amount, currency }) => ({ minutes: 0, money: amount, currency })),
  ];
}
