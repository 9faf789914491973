import type { Action, Cause, Evidence, Mode, Reason, Risk, Run, Verdict } from '@prunella/contracts';
import { type Notification, stableId } from '@prunella/core';
import type { Approvers, Cost } from '@prunella/policy';

/**
 * One decision about one attempt of one incident: stored before anything is done about it, so that whatever is delivered or
 * started again, the decision stays the same. Survives in KV as JSON.
 */
export interface Order {
  /** Idempotency key: one effect per key, ever. Safe as a KV key. */
  key: string;
  incidentId: string;
  run: Run;
  action: Action;
  risk: Risk;
  mode: Mode;
  verdict: Verdict;
  reasons: Reason[];
  /** One sentence: why this, or why not. */
  explanation: string;
  /** What the diagnosis said, in a sentence. */
  diagnosis: string;
  cause: Cause;
  decidedBy: string;
  fingerprint: string;
  confidence: number;
  prior: number;
  /** The most telling lines, redacted. */
  evidence: Evidence[];
  /** Milliseconds since the epoch. */
  decidedAt: number;
  /** When to act, milliseconds since the epoch. */
  dueAt: number;
  /** How long a human may take to answer, in milliseconds. */
  approveWithinMs: number;
  /** Who may answer. Absent in orders of before there were rules for that: anybody. */
  approvers?: Approvers;
  /** Of a note that asks for a yes: to what, and until when, in ms since the epoch. Absent: it asks for nothing. */
  asks?: { action: Action; until: number };
  /** Of a note that is about no decision: what is said. Absent: what the order itself says. */
  says?: Omit<Notification, 'key'>;
  /** What it is expected to cost. Absent in orders of before it was counted. */
  cost?: Cost;
  /** W3C trace of the failure, so that what happens minutes later still belongs to it. */
  traceparent?: string;
}

/** The key of what is done about one attempt of an incident. */
export function orderKey(incidentId: string, attempt: number): string {
  const safe = /^[\w-]{1,100}$/.test(incidentId) ? incidentId : stableId('inc', incidentId);
  // Joined it is one piece in memory; a template stays two, which is slow to compare as often as a key is.
  return [safe, attempt].join('.');
}
