import type { ActionStatus, DiagnosisMade } from '@prunella/contracts';
import {
  type Clock,
  formatDuration,
  incidentAttributes,
  inSpan,
  messageOf,
  ProviderError,
  tellSpan,
  traceparent,
} from '@prunella/core';
import {
  askDependencies,
  askStorm,
  type DependencyDeps,
  GIVE_UP_AFTER_MS,
  mayWait,
  noteFailure,
  type Storms,
} from '@prunella/decision';
import { costOf, type Notifiable } from '@prunella/policy';
import { type CarriedOut, type CarryOutDeps, carryOut, withhold } from './act/carry-out.ts';
import { type ClaimResult, type Found, findClaim, isBegun } from './act/claims.ts';
import type { Fired, Timer, Timers } from './act/timers.ts';
import { type ActionPlugin, type Effect, type Proof, undoKey } from './actions/action.ts';
import type { Actions } from './actions/index.ts';
import { PlatformGone } from './actions/rerun.ts';
import type { Questions } from './approve/questions.ts';
import { type DecideDeps, decideOnce } from './decide/decide.ts';
import { announcement } from './decide/storms.ts';
import { answerBy, asked, askedKey, NOTE, type Order, questionKey } from './order.ts';
import type { Reporter } from './report.ts';
import type { Reviews } from './review/reviews.ts';
import type { Verified } from './verify/by-metrics.ts';

/** How long an effect that is looked after here may take to show that it helped. */
const PROVE_WITHIN_MS = 15 * 60_000;
const FIRST_PROOF_MS = 5_000;
const PROVE_AGAIN_MS = 10_000;
const PROOF_TIMEOUT_MS = 20_000;
/** Waits shorter than this are not worth telling. */
const WORTH_TELLING_MS = 500;
/** That nobody answered is told beside what was asked. */
const EXPIRED_NOTE = `.expired${NOTE}`;

export interface RemediateDeps extends DecideDeps, CarryOutDeps, DependencyDeps {
  clock: Clock;
  actions: Actions;
  timers: Pick<Timers, 'set'>;
  storms: Storms;
  reporter: Reporter;
  questions: Pick<Questions, 'changed'>;
  /** Whether there is anybody to tell: a chat, or whatever else is configured. */
  isHeard: boolean;
  /** What an action's own proof is worth by the metrics of what it healed. */
  verified(order: Order, proof: Proof, rolledOutAt: number | undefined, signal: AbortSignal): Promise<Verified>;
}

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
  if (!isWanted('requested', d)) return;
  const note = noteOf(asked(order), questionKey(order), d);
  // Later there is nothing to ask for any more.
  await setNote(note, Math.min(note.dueAt + GIVE_UP_AFTER_MS, expiresAt), d);
}

/** Whoever was asked, or wants to hear of what is refused, hears that nobody answered. */
export async function tellExpired(order: Order, d: RemediateDeps): Promise<void> {
  if (!isWanted('requested', d) && !isWanted('rejected', d)) return;
  const note = noteOf(order, `${order.key}${EXPIRED_NOTE}`, d);
  await setNote(note, note.dueAt + GIVE_UP_AFTER_MS, d);
}

export interface FireDeps extends RemediateDeps {
  expire(order: Order): Promise<void>;
  reviews: Pick<Reviews, 'write'>;
}

/** What a due timer does. */
export async function fire(timer: Timer, d: FireDeps): Promise<Fired> {
  switch (timer.kind) {
    case 'act':
      return await act(timer, d);
    case 'verify':
      return await verify(timer, d);
    case 'undo':
      return await undo(timer, d);
    case 'expire':
      await d.expire(timer.order);
      return 'done';
    case 'review':
      return await d.reviews.write(timer);
  }
}

/** act -> report -> verify, or hand over when it could not be done. */
async function act(timer: Timer, d: RemediateDeps): Promise<Fired> {
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
    const dueAt = result.finishedAt + FIRST_PROOF_MS;
    await d.timers.set({ kind: 'verify', dueAt, giveUpAt: dueAt + proveWithin(plugin), order, failures: 0 });
  }
  if (order.action.type !== 'notify_human') await tell({ ...order, explanation: result.explanation }, result.status, d);
  // a note says what became of another order: that one is reported, not the note
  if (!isNote(order)) await d.reporter.executed(withCost(order, result, d), result);
  // A question that was answered while it was being posted, or what was asked and is done now.
  if (order.asks !== undefined) await d.questions.changed({ ...order, key: askedKey(order) });
  else if (!isNote(order)) await d.questions.changed(order);
  return 'done';
}

async function verify(timer: Timer, d: RemediateDeps): Promise<Fired> {
  const { order, giveUpAt } = timer;
  const plugin = d.actions.get(order.action.type);
  const proof = await proofOf(timer, plugin, d);
  const now = d.clock.now();
  if (proof === undefined) return 'done';
  if (proof.kind === 'pending') {
    const { afterMs, rolledOutAt } = proof;
    if (now + afterMs <= giveUpAt) return { againAt: now + afterMs, ...(rolledOutAt !== undefined && { rolledOutAt }) };
    await d.reporter.proven(order, 'inconclusive', `No proof within ${formatDuration(proveWithin(plugin))}`, now);
    return 'done';
  }
  if (proof.kind === 'harmful' && plugin?.undo !== undefined) {
    // Told and recorded with what became of it.
    await d.timers.set({
      kind: 'undo',
      dueAt: now,
      giveUpAt: now + GIVE_UP_AFTER_MS,
      order,
      failures: 0,
      harm: proof.reason,
    });
    return 'done';
  }
  if (proof.kind === 'ineffective' || proof.kind === 'harmful') {
    const how = proof.kind === 'harmful' ? 'made it worse' : 'did not help';
    await tell({ ...order, explanation: `${order.action.type} ${how}: ${proof.reason}.` }, 'failed', d);
  }
  await d.reporter.proven(order, proof.kind, proof.reason, now);
  return 'done';
}

/** What it costs is known better once it was seen how long what failed took. */
function withCost(order: Order, { lastedMs }: ClaimResult, { policy }: RemediateDeps): Order {
  if (lastedMs === undefined) return order;
  const { run, cause, action } = order;
  return { ...order, cost: costOf(policy.costs, { run, cause, action: action.type }, lastedMs) };
}

/**
 * What made it worse is taken back, once, under a claim of its own, and is a human's from then on. That does not wait for a freeze or a
 * policy: it was our own doing.
 */
async function undo({ order, giveUpAt, harm = '' }: Timer, d: RemediateDeps): Promise<Fired> {
  const plugin = d.actions.get(order.action.type);
  const { cost: _spent, ...decided } = order;
  const explanation = `${order.action.type} made it worse: ${harm}`;
  const back: Order = { ...decided, key: undoKey(order.key), explanation };
  const carried: CarriedOut =
    plugin?.undo === undefined
      ? { kind: 'done', result: failed(`Nothing here can take "${order.action.type}" back.`, d.clock) }
      : await carryOut(back, { settleMs: plugin.settleMs, ...plugin.undo }, giveUpAt, {
          ...d,
          forbids: () => undefined,
        });
  if (carried.kind === 'again') return { againAt: carried.atMs };
  const { status, effect, explanation: why, finishedAt } = carried.result;
  const became = status === 'executed' ? `Prunella ${effect}` : `it was not taken back (${why})`;
  const reason = `${harm}; ${became}`;
  await d.reporter.undone(back, carried.result);
  const as = isWanted('handed_over', d) ? 'handed_over' : 'failed';
  await tell({ ...back, explanation: `${order.action.type} made it worse. ${reason}.` }, as, d);
  await d.reporter.proven(order, 'harmful', reason, finishedAt);
  return 'done';
}

function proveWithin(plugin: ActionPlugin | undefined): number {
  return plugin?.proveWithinMs ?? PROVE_WITHIN_MS;
}

/** A target that can't be seen proves nothing, yet. undefined: a later event proves it. */
async function proofOf(
  { order, rolledOutAt }: Timer,
  plugin: ActionPlugin | undefined,
  d: RemediateDeps,
): Promise<Verified | undefined> {
  if (plugin?.prove === undefined) return { kind: 'inconclusive', reason: 'nothing here can verify it' };
  const result = (await d.claims.get(order.key))?.value.result;
  const done: Effect = { says: result?.effect ?? '', ...(result?.started && { started: result.started }) };
  try {
    const signal = AbortSignal.timeout(PROOF_TIMEOUT_MS);
    const proof = await plugin.prove(order, done, signal);
    return proof && (await d.verified(order, proof, rolledOutAt, signal));
  } catch (error) {
    if (error instanceof ProviderError)
      return { kind: 'pending', afterMs: error.options.retryAfterMs ?? PROVE_AGAIN_MS };
    if (error instanceof PlatformGone) return { kind: 'inconclusive', reason: error.message };
    throw error;
  }
}

/** A note to humans beside the action, where the policy wants to hear of such things. */
async function tell(order: Order, status: ActionStatus, d: RemediateDeps): Promise<void> {
  const channel = status === 'executed' && d.isHeard ? channelOf(order) : undefined;
  if (channel === undefined && !isWanted(status as Notifiable, d)) return;
  const note = noteOf(order, `${order.key}${NOTE}`, d, channel);
  await setNote(note, note.dueAt + GIVE_UP_AFTER_MS, d);
}

/** Whether people are to be told of such things, and can be. What nobody would hear takes no timer and no claim. */
function isWanted(what: Notifiable, { policy, isHeard }: RemediateDeps): boolean {
  return isHeard && policy.notify.on.includes(what);
}

/** Telling people is always allowed, whatever the risk of what they are told of. */
function noteOf(order: Order, key: string, { clock }: RemediateDeps, channel?: string): Order {
  const now = clock.now();
  const action: Order['action'] = { type: 'notify_human', parameters: channel === undefined ? {} : { channel } };
  return { ...order, key, action, risk: 'free', decidedAt: now, dueAt: now };
}

async function setNote(order: Order, giveUpAt: number, d: RemediateDeps): Promise<void> {
  await d.timers.set({ kind: 'act', dueAt: order.dueAt, giveUpAt, order, failures: 0 });
}

/** Where a rule wants it to be told that its action was done, e.g. `#flaky-tests`; undefined: it is a matter of the policy. */
function channelOf({ action }: Order): string | undefined {
  const { notify } = action.parameters;
  return typeof notify === 'string' && notify !== '' ? notify : undefined;
}

function isNote(order: Order): boolean {
  return order.key.endsWith(NOTE);
}

function only(status: ActionStatus, order: Order) {
  return {
    status,
    effect: '',
    explanation: order.explanation,
    startedAt: order.decidedAt,
    finishedAt: order.decidedAt,
  };
}

function failed(explanation: string, clock: Clock): ClaimResult {
  return { status: 'failed', effect: '', explanation, startedAt: clock.now(), finishedAt: clock.now() };
}
