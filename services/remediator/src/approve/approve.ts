import type { JsonBucket } from '@prunella/bus';
import type { ActionApproved } from '@prunella/contracts';
import { type Clock, iso } from '@prunella/core';
import { type Order, orderKey } from '../order.ts';
import type { Reporter } from '../report.ts';

/** The one answer to a request; the first counts. */
export interface Answer {
  approved: boolean;
  by: string;
  reason: string;
}

export interface ApproveDeps {
  decisions: JsonBucket<Order>;
  answers: JsonBucket<Answer>;
  clock: Clock;
  reporter: Reporter;
  schedule(order: Order): Promise<void>;
}

/** What became of an answer, for the log. */
export type Heard = 'approved' | 'rejected' | 'too-late' | 'not-asked';

/** A human's answer: carries the order out, or records that it was refused. An answer to what was never asked does nothing. */
export async function hear(approval: ActionApproved, d: ApproveDeps): Promise<Heard> {
  const order = (await d.decisions.get(orderKey(approval.incidentId, Math.max(approval.attempt, 1))))?.value;
  if (order === undefined || order.verdict !== 'asking' || order.action.type !== approval.action) return 'not-asked';
  const mine: Answer = { approved: approval.approved, by: approval.by, reason: approval.reason };
  const answer = await firstAnswer(order, mine, d);
  if (!isSame(answer, mine)) return 'too-late';
  await follow(order, answer, d);
  return answer.approved ? 'approved' : 'rejected';
}

/** Nobody answered in time: nothing is done, and that is said. */
export async function expire(order: Order, d: ApproveDeps): Promise<void> {
  const nobody: Answer = { approved: false, by: '', reason: '' };
  const answer = await firstAnswer(order, nobody, d);
  // A cut-off `hear` may have recorded the answer only: following it again changes nothing.
  await follow(order, answer, d);
}

async function firstAnswer(order: Order, answer: Answer, d: ApproveDeps): Promise<Answer> {
  const created = await d.answers.create(order.key, answer);
  return created === undefined ? ((await d.answers.get(order.key))?.value ?? answer) : answer;
}

async function follow(order: Order, answer: Answer, d: ApproveDeps): Promise<void> {
  const now = d.clock.now();
  if (answer.approved) {
    const says = `Approved by ${answer.by}${answer.reason === '' ? '' : `: ${answer.reason}`}`;
    await d.schedule({
      ...order,
      decidedAt: now,
      dueAt: now,
      explanation: `${order.explanation} ${says}.`,
      reasons: [...order.reasons, { check: 'approval', allows: true, says }],
    });
    return;
  }
  const explanation =
    answer.by === ''
      ? `Nobody answered by ${iso(now)}: nothing was done.`
      : `Rejected by ${answer.by}${answer.reason === '' ? '' : `: ${answer.reason}`}.`;
  await d.reporter.executed(order, { status: 'rejected', effect: '', explanation, startedAt: now, finishedAt: now });
}

function isSame(a: Answer, b: Answer): boolean {
  return a.approved === b.approved && a.by === b.by && a.reason === b.reason;
}
