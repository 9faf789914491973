import { iso } from '@prunella/core';
import {
  incidentIdsIn,
  listConfidence,
  listOutcomeTallies,
  lockConfidence,
  type Observation,
  outcomesOf,
  putConfidence,
  putOutbox,
  type Transaction,
} from '@prunella/store';
import { talliesOf } from '../retention/tallies.ts';
import { confidenceUpdated, PRIOR_WEIGHT } from './posterior.ts';

const INCIDENTS_AT_A_TIME = 1_000;

/**
 * Learns everything again: from the outcomes that are recorded, and from what is remembered of those that are not kept any more. Nobody else learns
 * meanwhile. What is other than before is told.
 *
 * @returns how many rules and actions are other than before.
 */
export async function relearn(transaction: Transaction, now: number): Promise<number> {
  await lockConfidence(transaction);
  const known = await listConfidence(transaction);
  const learnt = await observedInAll(transaction);
  const gone = known
    .filter((row) => !learnt.has(keyOf(row)))
    .map((row) => ({ ...row, healed: 0, ineffective: 0, harmful: 0 }));
  const rows = await putConfidence(
    transaction,
    [...learnt.values(), ...gone].filter((now) => {
      const before = known.find((row) => keyOf(row) === keyOf(now));
      return before === undefined || !COUNTED.every((field) => before[field] === now[field]);
    }),
  );
  const time = iso(now);
  await putOutbox(
    transaction,
    rows.map((row) => ({
      id: `${row.decidedBy}/${row.action}/${row.revision}`,
      subject: 'confidence.updated',
      payload: { time, data: confidenceUpdated(row, time) },
    })),
  );
  return rows.length;
}

const COUNTED = ['healed', 'ineffective', 'harmful', 'prior', 'priorWeight'] as const;

async function observedInAll(transaction: Transaction): Promise<Map<string, Observation>> {
  const sums = new Map<string, Observation & { month: string }>();
  const add = (tallies: ReturnType<typeof talliesOf>) => {
    for (const { decidedBy, action, outcome, prior, month, count } of tallies) {
      const key = keyOf({ decidedBy, action });
      const sum = sums.get(key) ?? {
        ...{ decidedBy, action, prior, priorWeight: PRIOR_WEIGHT, healed: 0, ineffective: 0, harmful: 0, month: '' },
      };
      // The newest one's word about itself.
      if (month >= sum.month) Object.assign(sum, { prior, month });
      sum[outcome] += count;
      sums.set(key, sum);
    }
  };
  add(await listOutcomeTallies(transaction));
  for (let after = ''; ; ) {
    const ids = await incidentIdsIn(transaction, after, INCIDENTS_AT_A_TIME);
    if (ids.length === 0) break;
    add(talliesOf(await outcomesOf(transaction, ids)));
    after = ids.at(-1) ?? after;
  }
  return new Map([...sums].map(([key, { month: _, ...sum }]) => [key, sum]));
}

function keyOf({ decidedBy, action }: Pick<Observation, 'decidedBy' | 'action'>): string {
  return `${decidedBy}/${action}`;
}
