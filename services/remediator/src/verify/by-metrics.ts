import type { ActionType } from '@prunella/contracts';
import { type Clock, formatDuration } from '@prunella/core';
import { look, type Prometheus } from '@prunella/metrics';
import { type Check, checkOf, coveringWatch, lookFor, percent, type Watch, workloadOf } from '@prunella/policy';
import type { Proof } from '../actions/action.ts';
import type { Order } from '../order.ts';

/** What the pods say is not enough for these: the service has to be well again. */
const BY_METRICS: ReadonlySet<ActionType> = new Set(['rollback', 'reset_connections']);
/** So much higher than before is worse, and not chance: a tenth of it, and one request in a hundred. */
const WORSE_FACTOR = 1.1;
const WORSE_BY = 0.01;

export type Verified =
  | Exclude<Proof, { kind: 'pending' }>
  /** `rolledOutAt`: since when the pods are as they should be, in ms since the epoch; to be given back with the next call. */
  | { kind: 'pending'; afterMs: number; rolledOutAt?: number };

export interface ByMetricsDeps {
  readonly watches: readonly Watch[];
  /** undefined: none is configured. */
  prometheus: Prometheus | undefined;
  clock: Clock;
}

/**
 * What an action's own proof is worth where a watch covers the workload: a complete rollout heals only when the service is well, too. The error
 * rate looks back over `window`, so until that is over it may still be high, and says nothing. After that no data is inconclusive, and an error
 * rate that is higher than at the decision is harm.
 *
 * @param rolledOutAt as the call before said; undefined: it said none.
 */
export async function byMetrics(
  order: Order,
  proof: Proof,
  rolledOutAt: number | undefined,
  signal: AbortSignal,
  d: ByMetricsDeps,
): Promise<Verified> {
  const watch = BY_METRICS.has(order.action.type) ? coveringWatch(d.watches, order.run) : undefined;
  if (watch === undefined || proof.kind !== 'healed') return proof;
  const what = lookFor(watch, workloadOf(watch, order.run));
  const check = checkOf(await look(what, d.prometheus, signal), watch);
  if (check.says === 'good') return { kind: 'healed', reason: `${proof.reason}; ${wellness(check, watch)}` };
  const now = d.clock.now();
  const since = rolledOutAt ?? now;
  if (now < since + watch.window) return { kind: 'pending', afterMs: watch.every, rolledOutAt: since };
  const after = `${proof.reason}, but ${formatDuration(watch.window)} later`;
  if (check.says === 'no-data')
    return { kind: 'inconclusive', reason: `${after} nothing is known of it: ${check.why}` };
  const before = checkOf(await look({ ...what, at: order.decidedAt }, d.prometheus, signal), watch).errorRate;
  const worse = isWorse(check.errorRate, before);
  return {
    kind: worse ? 'harmful' : 'ineffective',
    reason: `${after}: ${check.why}${worse && before !== undefined ? ` (${percent(before)} before)` : ''}`,
  };
}

function isWorse(now: number | undefined, before: number | undefined): boolean {
  return now !== undefined && before !== undefined && now > Math.max(before * WORSE_FACTOR, before + WORSE_BY);
}

function wellness({ errorRate }: Check, { url }: Watch): string {
  return [
    ...(errorRate === undefined ? [] : [`error rate ${percent(errorRate)}`]),
    ...(url === undefined ? [] : ['the health check is fine']),
  ].join(', ');
}
