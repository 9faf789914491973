import type { ActionStatus, DiagnosisMade } from '@prunella/contracts';
import { incidentAttributes, inSpan, traceparent } from '@prunella/core';
import { GIVE_UP_AFTER_MS, noteFailure } from '@prunella/decision';
import { WORTH_TELLING_MS } from './act/act.ts';
import { decideOnce } from './decide/decide.ts';
import { announcement } from './decide/storms.ts';
import { answerBy, type Order } from './order.ts';
import type { RemediateDeps } from './remediate-deps.ts';
import { isWanted, tell, tellQuestion } from './tell/notes.ts';

/** decide -> tell, ask or schedule. Can be cut off and called again anywhere. */
export async function remediate(diagnosis: DiagnosisMade, d: RemediateDeps): Promise<void> {
  const order = await inSpan('decide', {}, async (span) => {
    // What is done about it, minutes later and maybe by another process, follows from this.
    const decided = await decideOnce(diagnosis, traceparent(), d);
    if (span.isRecorded) span.set(incidentAttributes(decided));
    return decided;
  });
  await watchForStorm(diagnosis, order, d);
  switch (order.verdict) {
    case 'acting':
      return await schedule(order, d);
    case 'handing_over':
      return await handOver(order, d);
    case 'asking':
      return await ask(order, d);
    case 'recommending':
      await tell(order, 'recommended', d);
      return await d.reporter.executed(order, only('recommended', order));
    case 'observing':
      return await d.reporter.executed(order, only('observed', order));
  }
}

/** When this failure makes a storm, one incident tells of it instead of all of them. */
async function watchForStorm(diagnosis: DiagnosisMade, order: Order, d: RemediateDeps): Promise<void> {
  const storm = await noteFailure(diagnosis, d);
  if (storm?.openedAt === undefined || storm.announced || order.verdict === 'observing') return;
  await handOver(announcement(order, storm.openedAt, d.policy.storm, d.clock.now()), d);
  await d.storms.announced(order.fingerprint);
}

async function handOver(order: Order, d: RemediateDeps): Promise<void> {
  if (isWanted('handed_over', d)) return await schedule(order, d);
  await d.reporter.executed(order, only('handed_over', order));
}

/** schedule: set the timer first (it is what counts), then tell. */
export async function schedule(order: Order, d: RemediateDeps): Promise<void> {
  await d.timers.set({ kind: 'act', dueAt: order.dueAt, giveUpAt: order.dueAt + GIVE_UP_AFTER_MS, order, failures: 0 });
  if (order.dueAt - order.decidedAt >= WORTH_TELLING_MS) await d.reporter.scheduled(order);
}

async function ask(order: Order, d: RemediateDeps): Promise<void> {
  const expiresAt = answerBy(order);
  await d.timers.set({ kind: 'expire', dueAt: expiresAt, giveUpAt: expiresAt + GIVE_UP_AFTER_MS, order, failures: 0 });
  await d.reporter.requested(order, expiresAt);
  await tellQuestion(order, d);
}

/** What is told of an order that nothing is done for. */
function only(status: ActionStatus, order: Order) {
  return {
    status,
    effect: '',
    explanation: order.explanation,
    startedAt: order.decidedAt,
    finishedAt: order.decidedAt,
  };
}
