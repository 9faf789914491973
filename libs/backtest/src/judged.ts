import type { ActionType, Mode, Reason, Verdict } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { type Cost, isRerun, isSpaced } from '@prunella/policy';
import type { PastCase, Truth } from './past-case.ts';
import type { Play } from './world.ts';

/** What a policy would have made of a failure. */
export const results = [
  /** It would have acted, and the failure passed. */
  'healed',
  /** It would have acted, and that did not help, or could not. */
  'false-heal',
  /** It would have acted; nobody knows whether that would have helped. */
  'acted-unknown',
  /** It would have asked a person; what they would have answered is not known. */
  'asked',
  'recommended',
  'observed',
  'handed-over',
  /** It would have acted, but by then there was no need, or no leave, any more. */
  'superseded',
  /** It would have acted, but a storm or a dependency stood in the way for too long. */
  'withheld',
  /** The failure would not have happened: an action begot it that this policy does not take. */
  'absent',
] as const;
export type Result = (typeof results)[number];

const BY_VERDICT: Readonly<Record<Verdict, Result>> = {
  // What is still due at the end of the record.
  acting: 'acted-unknown',
  asking: 'asked',
  recommending: 'recommended',
  observing: 'observed',
  handing_over: 'handed-over',
};

/** What a policy makes of one failure, in words and data. */
export interface Judged {
  result: Result;
  /** null: it was never decided. */
  verdict: Verdict | null;
  action: ActionType | null;
  mode: Mode | null;
  /** Why it was decided so, in one sentence. */
  explanation: string;
  reasons: Reason[];
  /** When it would have acted, ISO 8601; null: it would not. */
  actedAt: string | null;
  /** Why the result is what it is. */
  says: string;
  /** What acting would have cost; null: nothing. */
  cost: Cost | null;
}

/** One failure, and what one or two policies make of it. */
export interface CaseReport {
  /** Key of the decision: incident and attempt. */
  key: string;
  incidentId: string;
  attempt: number;
  /** ISO 8601. */
  at: string;
  platform: string;
  repository: string;
  pipelineId: string;
  runId: string;
  headSha: string;
  cause: string;
  decidedBy: string;
  confidence: number;
  diagnosis: string;
  truth: Truth;
  policy: Judged;
  /** Of the policy that it is compared with; absent: there is none. */
  against?: Judged;
}

/** How a play ended. */
export function judge(play: Play): Judged {
  const { order, cost, begunAt } = play;
  const { result, says } = resultOf(play);
  return {
    result,
    verdict: order?.verdict ?? null,
    action: order?.action.type ?? null,
    mode: order?.mode ?? null,
    explanation: order?.explanation ?? says,
    reasons: order?.reasons ?? [],
    actedAt: begunAt === undefined ? null : iso(begunAt),
    says,
    cost: cost ?? null,
  };
}

function resultOf({ case: one, order, ended, says = '', begunAt }: Play): { result: Result; says: string } {
  if (ended !== undefined || order === undefined) return { result: ended ?? 'absent', says };
  if (begunAt === undefined) return { result: BY_VERDICT[order.verdict], says: order.explanation };
  const { type } = order.action;
  const { outcome, truth } = one;
  if (outcome !== undefined && outcome.action === type) {
    const reason = `it was done then: ${outcome.reason}`;
    if (outcome.outcome === 'healed') return { result: 'healed', says: reason };
    if (outcome.outcome !== 'inconclusive') return { result: 'false-heal', says: reason };
  }
  // Only a rerun is judged by reruns.
  if (isSpaced(type)) {
    if (truth.kind === 'passes') return { result: 'healed', says: truth.says };
    if (truth.kind !== 'unknown') return { result: 'false-heal', says: truth.says };
    return { result: 'acted-unknown', says: truth.says };
  }
  return { result: 'acted-unknown', says: `whether ${type} would have helped, no record can tell` };
}

/** Whether it spent a rerun. */
export function spentRerun({ action, actedAt }: Judged): boolean {
  return actedAt !== null && action !== null && isRerun(action);
}

/** Whether two policies would have done something else about a failure. */
export function differs(a: Judged, b: Judged): boolean {
  return a.result !== b.result || a.verdict !== b.verdict || a.action !== b.action;
}

export function reportOf(one: PastCase, policy: Judged, against: Judged | undefined): CaseReport {
  const { diagnosis, key, at, truth } = one;
  const { incidentId, run, cause, decidedBy, confidence, explanation } = diagnosis;
  return {
    ...{ key, incidentId, attempt: run.attempt, at: iso(at) },
    ...{ platform: run.platform, repository: run.repository, pipelineId: run.pipelineId },
    ...{ runId: run.runId, headSha: run.headSha, cause, decidedBy, confidence, diagnosis: explanation, truth, policy },
    ...(against !== undefined && { against }),
  };
}
