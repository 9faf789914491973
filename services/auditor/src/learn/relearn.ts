import {
  eventsOfIncidents,
  incidentIdsIn,
  lock,
  lockConfidence,
  lockLearning,
  type Observation,
  replaceObservations,
  type Transaction,
} from '@prunella/store';
import { RETENTION } from '../retention/forget.ts';
import type { AuditSettings } from '../settings.ts';
import { beliefsOf, tellBeliefs } from './beliefs.ts';
import { observationsIn } from './evidence.ts';

const INCIDENTS_AT_A_TIME = 1_000;

/**
 * Learns everything again from the events that are recorded; what is remembered of those that are not kept any more stays. Nobody else learns or forgets
 * meanwhile. What is other than before is told.
 *
 * @returns how many rules and actions are other than before.
 */
export async function relearn(
  transaction: Transaction,
  now: number,
  settings: Pick<AuditSettings, 'policy'>,
): Promise<number> {
  await lock(transaction, [RETENTION]);
  await lockLearning(transaction);
  const other = await replaceObservations(transaction, await observedInAll(transaction));
  const rows = await lockConfidence(transaction, other);
  const believed = await beliefsOf(transaction, rows, now, settings.policy().learning);
  await tellBeliefs(
    transaction,
    believed.map(({ row }) => row),
    now,
  );
  return other.length;
}

/** One for each rule, action, cause and day. */
async function observedInAll(transaction: Transaction): Promise<Observation[]> {
  const sums = new Map<string, Observation>();
  for (let after = ''; ; ) {
    const ids = await incidentIdsIn(transaction, after, INCIDENTS_AT_A_TIME);
    if (ids.length === 0) return [...sums.values()];
    for (const each of observationsIn(await eventsOfIncidents(transaction, ids))) {
      const key = JSON.stringify([each.decidedBy, each.action, each.cause, each.day]);
      const before = sums.get(key);
      sums.set(key, before === undefined ? each : sumOf(before, each));
    }
    after = ids.at(-1) ?? after;
  }
}

/** What the later one says of itself counts. */
function sumOf(a: Observation, b: Observation): Observation {
  const isLater = b.priorAt === a.priorAt ? b.prior > a.prior : b.priorAt > a.priorAt;
  return {
    ...(isLater ? b : a),
    healed: a.healed + b.healed,
    ineffective: a.ineffective + b.ineffective,
    harmful: a.harmful + b.harmful,
  };
}
