import type { Clock } from '@prunella/core';
import type { ClaimResult } from './claims.ts';

/** The result of an order that nothing was begun for. */
export function failed(explanation: string, clock: Clock): ClaimResult {
  return { status: 'failed', effect: '', explanation, startedAt: clock.now(), finishedAt: clock.now() };
}
