import type { JsonBucket } from '@prunella/bus';
import type { ActionApproved } from '@prunella/contracts';
import { type Clock, identityOf, iso } from '@prunella/core';
import { type Answer, type Approvers, anybody, approversText, mayAnswer, tally } from '@prunella/policy';
import { answerBy, type Order, orderKey } from '../order.ts';
import type { Reporter } from '../report.ts';

/** An answer as it is kept. */
export interface KeptAnswer extends Answer {
  /** When it was given, ISO 8601. */
  at: string;
}

/** What was answered to a request by those who may, and what that decided. Both are written in one step. */
export interface Answers {
  answers: readonly KeptAnswer[];
  /** Absent: it still waits. What is decided stays so. */
  decided?: 'approved' | 'rejected' | 'expired' | 'overtaken';
  /** `overtaken`: by what, in one sentence without its full stop. */
  overtakenBy?: string;
}

export interface ApproveDeps {
  decisions: JsonBucket<Order>;
  answers: JsonBucket<Answers>;
  clock: Clock;
  reporter: Pick<Reporter, 'executed'>;
  schedule(order: Order): Promise<void>;
  /** Tells people that nobody answered in time. */
  tellExpired(order: Order): Promise<void>;
}

/** What became of an answer. */
export type Heard =
  | { kind: 'not-asked'; says: string }
  | {
      kind: 'approved' | 'rejected' | 'waiting' | 'too-late' | 'not-allowed';
      /** One sentence. */
      says: string;
      order: Order;
    };

const NOBODY: Answers = { answers: [] };

/**
 * A human's answer: when it is the one that decides, the order is carried out, or it is recorded that it was refused. An answer of somebody who
 * may not answer, or to what was never asked, does nothing. The same answer again goes on where it was cut off.
 */
export async function hear(approval: ActionApproved, d: ApproveDeps): Promise<Heard> {
  const order = (await d.decisions.get(orderKey(approval.incidentId, Math.max(approval.attempt, 1))))?.value;
  if (order === undefined || order.verdict !== 'asking' || order.action.type !== approval.action) {
    return { kind: 'not-asked', says: 'Nothing waits for this answer.' };
  }
  const approvers = order.approvers ?? anybody;
  const { approved, by, reason } = approval;
  if (!mayAnswer(by, approvers)) {
    return { kind: 'not-allowed', says: `${by} may not answer this; who may: ${approversText(approvers)}.`, order };
  }
  const mine: KeptAnswer = { approved, by, reason, at: approval.at ?? iso(d.clock.now()) };
  const book = await change(order, d, (before) => withAnswer(before, mine, approvers));
  if (!book.answers.some((answer) => isSame(answer, mine))) {
    return { kind: 'too-late', says: `Too late: ${outcomeText(book)}.`, order };
  }
  if (book.decided === undefined) {
    const says = `Approved by ${namesOf(book.answers)}: ${book.answers.length} of ${approvers.quorum}.`;
    return { kind: 'waiting', says, order };
  }
  await follow(order, book, d);
  const says = `${capital(outcomeText(book))}.`;
  // In time, but not enough of them: that was told when it lapsed.
  return { kind: book.decided === 'expired' || book.decided === 'overtaken' ? 'too-late' : book.decided, says, order };
}

/** Not enough people answered in time: nothing is done, and that is said. */
export async function expire(order: Order, d: ApproveDeps): Promise<void> {
  const book = await change(order, d, (before) =>
    before.decided === undefined ? { ...before, decided: 'expired' } : before,
  );
  // A cut-off `hear` may have recorded the answer only: following it again changes nothing.
  await follow(order, book, d);
}

/**
 * What was asked about an attempt is of no use any more: nothing is done, and nobody needs to answer.
 *
 * @param by what came before an answer did, in one sentence without its full stop.
 * @returns what was asked; undefined: nothing was, or it was answered.
 */
export async function overtake(
  { incidentId, attempt, by }: { incidentId: string; attempt: number; by: string },
  d: ApproveDeps,
): Promise<Order | undefined> {
  const order = (await d.decisions.get(orderKey(incidentId, attempt)))?.value;
  if (order === undefined || order.verdict !== 'asking') return undefined;
  const book = await change(order, d, (before) =>
    before.decided === undefined ? { ...before, decided: 'overtaken', overtakenBy: by } : before,
  );
  if (book.decided !== 'overtaken') return undefined;
  await follow(order, book, d);
  return order;
}

function withAnswer(before: Answers, mine: KeptAnswer, approvers: Approvers): Answers {
  if (before.decided !== undefined || before.answers.some((answer) => isSame(answer, mine))) return before;
  const answers = [...before.answers, mine];
  const { kind } = tally(answers, approvers);
  return kind === 'waiting' ? { answers } : { answers, decided: kind };
}

/** Reads and writes until nobody came in between. */
async function change(order: Order, d: ApproveDeps, next: (before: Answers) => Answers): Promise<Answers> {
  for (;;) {
    const entry = await d.answers.get(order.key);
    const before = entry?.value ?? NOBODY;
    const after = next(before);
    if (after === before) return after;
    const revision =
      entry === undefined
        ? await d.answers.create(order.key, after)
        : await d.answers.update(order.key, after, entry.revision);
    if (revision !== undefined) return after;
  }
}

async function follow(order: Order, book: Answers, d: ApproveDeps): Promise<void> {
  const now = d.clock.now();
  const reasons = [
    ...order.reasons,
    ...book.answers.map((answer) => ({ check: 'approval', allows: answer.approved, says: reasonText(answer) })),
  ];
  if (book.decided === 'approved') {
    const explanation = `${order.explanation} ${capital(outcomeText(book))}.`;
    await d.schedule({ ...order, decidedAt: now, dueAt: now, explanation, reasons });
    return;
  }
  const explanation =
    book.decided === 'expired'
      ? `${expiredText(book, order.approvers ?? anybody)} by ${iso(now)}: nothing was done.`
      : `${capital(outcomeText(book))}.`;
  const refused = { ...order, reasons };
  if (book.decided === 'expired') await d.tellExpired({ ...refused, explanation });
  const status = book.decided === 'overtaken' ? 'superseded' : 'rejected';
  await d.reporter.executed(refused, { status, effect: '', explanation, startedAt: now, finishedAt: now });
}

/** `approved by ada: the registry is back; bob`. */
function outcomeText({ answers, decided, overtakenBy }: Answers): string {
  if (decided === 'expired') return 'the time to answer is over';
  if (decided === 'overtaken') return `no answer is needed any more: ${overtakenBy}`;
  const approved = decided === 'approved';
  const deciding = answers.filter((answer) => answer.approved === approved);
  return `${approved ? 'approved' : 'rejected'} by ${deciding.map(({ by, reason }) => withReason(by, reason)).join('; ')}`;
}

/** What became of a question so far, for whoever reads it later; undefined: nobody said anything. */
export function standingText(order: Order, book: Answers): string | undefined {
  const { answers, decided } = book;
  const approvers = order.approvers ?? anybody;
  const said = answers.map(reasonText).join('; ');
  if (decided === 'overtaken') return `${capital(outcomeText(book))}.`;
  if (decided === 'expired') return `${expiredText(book, approvers)} by ${iso(answerBy(order))}: nothing was done.`;
  if (said === '') return undefined;
  return decided === undefined ? `${said}: ${answers.length} of ${approvers.quorum}.` : `${said}.`;
}

function expiredText({ answers }: Answers, { quorum }: Approvers): string {
  return answers.length === 0 ? 'Nobody answered' : `Only ${namesOf(answers)} approved, of ${quorum} who were needed,`;
}

function reasonText({ approved, by, at, reason }: KeptAnswer): string {
  return withReason(`${approved ? 'Approved' : 'Rejected'} by ${by} at ${at}`, reason);
}

function withReason(text: string, reason: string): string {
  return reason === '' ? text : `${text}: ${reason}`;
}

function namesOf(answers: readonly Answer[]): string {
  return answers.map(({ by }) => by).join(', ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isSame(a: Answer, b: Answer): boolean {
  return a.approved === b.approved && identityOf(a.by) === identityOf(b.by);
}
