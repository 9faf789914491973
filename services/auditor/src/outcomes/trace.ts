import type { OutcomeObserved } from '@prunella/contracts';
import { traceContextOf } from '@prunella/core';
import type { EventRecord } from '@prunella/store';
import { attemptOf, ofSubject } from '../ledger/causal.ts';

/** Where an outcome belongs. */
export interface OutcomeTrace {
  /** W3C trace context. */
  traceparent: string;
  /** The same of what proved it, in other traces. */
  evidence: string[];
}

/**
 * An outcome ends the trace of the failure, whose action it is about, and not that of the webhook which proved it: that one is linked.
 *
 * @param own the events of its incident; `others`: whatever else may have proved it. @returns undefined: the action was recorded without a trace.
 */
export function traceOf(
  { action, run, evidenceEventIds }: OutcomeObserved,
  own: readonly EventRecord[],
  others: readonly EventRecord[],
): OutcomeTrace | undefined {
  const acted = ofSubject(own, 'action.executed').find(
    (event) =>
      event.data.action.type === action && event.data.status === 'executed' && attemptOf(event) === run.attempt,
  );
  const traceId = traceContextOf(acted?.traceparent)?.traceId;
  if (acted?.traceparent === undefined || traceId === undefined) return undefined;
  const evidence = [...own, ...others]
    .filter(({ eventId }) => evidenceEventIds.includes(eventId))
    .flatMap(({ traceparent }) => traceparent ?? [])
    .filter((traceparent) => traceContextOf(traceparent)?.traceId !== traceId);
  return { traceparent: acted.traceparent, evidence: [...new Set(evidence)] };
}
