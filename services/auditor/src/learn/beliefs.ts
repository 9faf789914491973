import type { ConfidenceUpdated } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { believe, dayWeights, demotionSays, groundsOf } from '@prunella/learning';
import type { Policy } from '@prunella/policy';
import {
  type ConfidenceRow,
  putBeliefs,
  putOutbox,
  type Transaction,
  type WeighedOutcomes,
  weighedOutcomes,
} from '@prunella/store';

type Learning = Policy['learning'];

/** A row with what is believed now, and the outcomes that count for it. */
export interface Believed {
  row: ConfidenceRow;
  counts: { healed: number; ineffective: number; harmful: number };
}

/** What is believed of some rules and actions now. Their rows are not written. @param now in ms. */
export async function beliefsOf(
  manager: Transaction,
  rows: readonly ConfidenceRow[],
  now: number,
  learning: Learning,
): Promise<Believed[]> {
  if (rows.length === 0) return [];
  const actions = [...new Set(rows.map(({ action }) => action))];
  const outcomes = await weighedOutcomes(manager, actions, dayWeights(now, learning.halfLife));
  const byAction = Map.groupBy(outcomes, ({ action }) => action);
  return rows.map((row) => believed(row, byAction.get(row.action) ?? [], learning));
}

function believed(row: ConfidenceRow, outcomes: readonly WeighedOutcomes[], learning: Learning): Believed {
  const grounds = groundsOf(row, row.prior, outcomes);
  const { mean, lower } = believe(grounds, learning);
  const own = outcomes.filter(({ decidedBy }) => decidedBy === row.decidedBy);
  const sum = (name: 'healed' | 'ineffective' | 'harmful') => own.reduce((total, each) => total + each[name], 0);
  return {
    row: { ...row, mean, lower, weight: grounds.own.tried, priorWeight: learning.priorWeight },
    counts: { healed: sum('healed'), ineffective: sum('ineffective'), harmful: sum('harmful') },
  };
}

/** Writes what is believed of rows that this transaction has locked, and puts it into the outbox. */
export async function tellBeliefs(
  transaction: Transaction,
  rows: readonly ConfidenceRow[],
  now: number,
): Promise<void> {
  const told = rows.map((row) => ({ ...row, revision: row.revision + 1, updatedAt: new Date(now) }));
  await putBeliefs(transaction, told);
  await putOutbox(
    transaction,
    told.map((row) => ({
      id: `${row.decidedBy}/${row.action}/${row.revision}`,
      subject: 'confidence.updated',
      payload: { time: iso(now), data: confidenceUpdated(row) },
    })),
  );
}

/** What the others are told. */
function confidenceUpdated(row: ConfidenceRow): ConfidenceUpdated {
  const { decidedBy, action, prior, priorWeight, healed, ineffective, harmful, mean, lower, weight, revision } = row;
  const change = row.standingEvent;
  return {
    ...{ decidedBy, action, prior, priorWeight, healed, ineffective, harmful, mean, lower, weight, revision },
    updatedAt: row.updatedAt.toISOString(),
    ...(change !== null && row.standing === 'demoted' && { demoted: demotionSays(change) }),
    ...(change !== null &&
      row.standing === 'trusted' &&
      row.pinned && { pinned: `${change.by} trusts it: ${change.reason}` }),
  };
}

/** How often it was seen to help or not; what was inconclusive says nothing. */
export function samplesOf(counts: { healed: number; ineffective: number; harmful: number }): number {
  return counts.healed + counts.ineffective + counts.harmful;
}
