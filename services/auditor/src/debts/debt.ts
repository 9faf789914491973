import type { Cause } from '@prunella/contracts';
import { iso } from '@prunella/core';
import type { Debt as Stored } from '@prunella/store';
import type { Debt } from '../api/answers/debts.ts';
import type { AuditorPolicy } from '../auditor-policy.ts';
import { trendOf } from '../report/trend.ts';

/** What makes a debt overdue, and a root cause. */
export interface DebtLimits {
  /** How long after it was first seen it is due, in ms. */
  dueMs: number;
  /** So often within seven days is a root cause. */
  rootCauseAfter: number;
}

/**
 * A debt as the API shows it.
 *
 * @param now in ms since the epoch.
 * @param named whose it is where nobody was named by hand; empty: nobody's.
 */
export function debtOf(
  stored: Stored,
  now: number,
  { dueMs, rootCauseAfter }: DebtLimits,
  named: (debt: Stored) => string,
): Debt {
  const { owner, by, reason, firstSeen, lastSeen, resolvedAt, ...same } = stored;
  const whose = owner || named(stored);
  const dueAt = firstSeen.getTime() + dueMs;
  const state = resolvedAt !== null ? 'resolved' : dueAt <= now ? 'overdue' : 'open';
  return {
    ...same,
    kind: stored.kind as Debt['kind'],
    cause: stored.cause as Cause,
    state,
    rootCause: state !== 'resolved' && stored.recent >= rootCauseAfter,
    owner: whose || null,
    ownerFrom: whose === '' ? null : owner === '' ? 'policy' : 'hand',
    dueAt: iso(dueAt),
    firstSeen: firstSeen.toISOString(),
    lastSeen: lastSeen.toISOString(),
    trend: trendOf(stored.recent, stored.before),
    resolvedAt: resolvedAt?.toISOString() ?? null,
    changedBy: by || null,
    changedWhy: reason,
  };
}

/** Whose a debt is by the policy, for `debtOf`. */
export function ownedBy(owners: Pick<AuditorPolicy, 'ownerOf'>): (debt: Stored) => string {
  return ({ repository, pipelineId: pipeline, workload }) => owners.ownerOf({ repository, pipeline, workload });
}
