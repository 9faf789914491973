import type { Cause } from '@prunella/contracts';
import { iso } from '@prunella/core';
import type { Debt as Stored } from '@prunella/store';
import type { Debt } from '../api/answers.ts';

/** What makes a debt overdue, and a root cause. */
export interface DebtLimits {
  /** How long after it was first seen it is due, in ms. */
  dueMs: number;
  /** So often within seven days is a root cause. */
  rootCauseAfter: number;
}

/** A debt as the API shows it, at a time in ms. */
export function debtOf(stored: Stored, now: number, { dueMs, rootCauseAfter }: DebtLimits): Debt {
  const { owner, by, reason, firstSeen, lastSeen, resolvedAt, ...same } = stored;
  const dueAt = firstSeen.getTime() + dueMs;
  const state = resolvedAt !== null ? 'resolved' : dueAt <= now ? 'overdue' : 'open';
  return {
    ...same,
    kind: stored.kind as Debt['kind'],
    cause: stored.cause as Cause,
    state,
    rootCause: state !== 'resolved' && stored.recent >= rootCauseAfter,
    owner: owner || null,
    dueAt: iso(dueAt),
    firstSeen: firstSeen.toISOString(),
    lastSeen: lastSeen.toISOString(),
    trend: trendOf(stored),
    resolvedAt: resolvedAt?.toISOString() ?? null,
    changedBy: by || null,
    changedWhy: reason,
  };
}

function trendOf({ recent, before }: Pick<Stored, 'recent' | 'before'>): Debt['trend'] {
  if (recent === before) return 'steady';
  return recent > before ? 'rising' : 'falling';
}
