import { incidentAttributes, messageOf, tellSpan } from '@prunella/core';
import { askDependencies, askStorm, GIVE_UP_AFTER_MS, mayWait } from '@prunella/decision';
import { costOf } from '@prunella/policy';
import type { ActionPlugin } from '../actions/action.ts';
import { askedKey, type Order } from '../order.ts';
import type { RemediateDeps } from '../remediate-deps.ts';
import { isNote, tell } from '../tell/notes.ts';
import { proofTimes } from '../verify/verify.ts';
import { type CarriedOut, carryOut, withhold } from './carry-out.ts';
import { type ClaimResult, type Found, findClaim, isBegun } from './claims.ts';
import { failed } from './results.ts';
import type { Fired, Timer } from './timers.ts';

/** Waits shorter than this are not worth telling. */
export const WORTH_TELLING_MS = 500;

/** act -> report -> verify, or hand over when it could not be done. */
export async function act(timer: Timer, d: RemediateDeps): Promise<Fired> {
  const { order, giveUpAt, waited } = timer;
  const found = await findClaim(d.claims, order.key);
  // What is begun goes on: only what has had no effect yet can wait.
  const goesOn = isBegun(found, d.clock);
  const held = goesOn ? undefined : await holdForDependency(timer, found, d);
  if (held !== undefined) return held;
  if (mayWait(order) && !goesOn) {
    const word = await askStorm(order, { waited: waited === true, giveUpAt }, d);
    if (word.kind === 'give-up') return await giveUp(order, word.explanation, d);
    if (word.kind === 'wait') {
      // It waits for the end of a storm, which is told once.
      if (waited !== true) await d.reporter.parked(order, word.says, word.againAt);
      return { againAt: word.againAt, waited: true };
    }
    tellWait(timer, d);
  }
  const plugin = d.actions.get(order.action.type);
  if (plugin === undefined)
    return await conclude(order, failed(`Nothing here can do "${order.action.type}".`, d.clock), undefined, d);
  const carried = await carryOut(order, plugin, giveUpAt, d, found).catch((error: unknown): CarriedOut => {
    // An error nobody foresaw is tried again by the timer, but not for ever.
    if (d.clock.now() <= giveUpAt) throw error;
    return { kind: 'done', result: failed(`Given up: ${messageOf(error)}.`, d.clock) };
  });
  if (carried.kind === 'again') return { againAt: carried.atMs };
  return await conclude(order, carried.result, plugin, d);
}

/**
 * It waits for a dependency that it failed because of; when that takes too long, people are told. undefined: nothing is in its way. Afterwards a storm
 * goes on for it as for all that waited.
 */
async function holdForDependency(
  { order, heldSince }: Timer,
  found: Found,
  d: RemediateDeps,
): Promise<Fired | undefined> {
  const word = await askDependencies(order, heldSince, d);
  if (word === undefined) return undefined;
  const now = d.clock.now();
  if (word.kind === 'wait') {
    const againAt = now + word.afterMs;
    if (heldSince === undefined) await d.reporter.held(order, word.says, againAt);
    return { againAt, heldSince: heldSince ?? now, giveUpAt: againAt + GIVE_UP_AFTER_MS, waited: true };
  }
  const explanation = `Nothing was done: ${word.says}.`;
  const withheld = await withhold(order, { status: 'handed_over', effect: '', explanation }, d, found);
  return withheld.kind === 'again' ? { againAt: withheld.atMs } : await conclude(order, withheld.result, undefined, d);
}

/** How long it waited for its time, and for what: told when it is over, by whoever goes on. */
function tellWait({ order, waited, heldSince }: Timer, { clock }: RemediateDeps): void {
  const { traceparent: parent, decidedAt: startedAt } = order;
  if (clock.now() - startedAt < WORTH_TELLING_MS) return;
  tellSpan(parent, 'wait', { startedAt }, () => ({
    ...incidentAttributes(order),
    'prunella.wait': heldSince !== undefined ? 'dependency' : waited ? 'storm' : 'delay',
  }));
}

async function giveUp(order: Order, explanation: string, d: RemediateDeps): Promise<Fired> {
  const now = d.clock.now();
  const result: ClaimResult = { status: 'superseded', effect: '', explanation, startedAt: now, finishedAt: now };
  return await conclude(order, result, undefined, d);
}

async function conclude(
  order: Order,
  result: ClaimResult,
  plugin: ActionPlugin | undefined,
  d: RemediateDeps,
): Promise<Fired> {
  // Of what had no effect no outcome will be heard: its place in a storm is for the next one.
  if (mayWait(order) && result.status !== 'executed') {
    await d.storms.hear(order.fingerprint, order.key, undefined, d.policy.storm);
  }
  if (result.started !== undefined) await d.lineage.note(order, result.started);
  if (result.status === 'executed' && plugin?.prove !== undefined) {
    await d.timers.set({ kind: 'verify', ...proofTimes(plugin, result.finishedAt), order, failures: 0 });
  }
  if (order.action.type !== 'notify_human') await tell({ ...order, explanation: result.explanation }, result.status, d);
  // a note says what became of another order: that one is reported, not the note
  if (!isNote(order)) await d.reporter.executed(withCost(order, result, d), result);
  // A question that was answered while it was being posted, or what was asked and is done now.
  if (order.asks !== undefined) await d.questions.changed({ ...order, key: askedKey(order) });
  else if (!isNote(order)) await d.questions.changed(order);
  return 'done';
}

/** What it costs is known better once it was seen how long what failed took. */
function withCost(order: Order, { lastedMs }: ClaimResult, { policy }: RemediateDeps): Order {
  if (lastedMs === undefined) return order;
  const { run, cause, action } = order;
  return { ...order, cost: costOf(policy.costs, { run, cause, action: action.type }, lastedMs) };
}
