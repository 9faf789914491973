import type { JsonBucket } from '@prunella/bus';
import { type Clock, inSpan, messageOf, ProviderError, type RunState } from '@prunella/core';
import type { ActionPlugin, Look } from '../actions/action.ts';
import { PlatformGone } from '../actions/rerun.ts';
import type { Order } from '../order.ts';
import { acquire, type Claim, type ClaimResult, type Found, type Lease } from './claims.ts';

/** How long one look or one call may take. */
const CALL_TIMEOUT_MS = 20_000;
const UNCERTAIN_AGAIN_MS = 5_000;

export type CarriedOut = { kind: 'done'; result: ClaimResult } | { kind: 'again'; atMs: number };

export interface CarryOutDeps {
  claims: JsonBucket<Claim>;
  clock: Clock;
  /** This process, in claims. */
  owner: string;
  /** Why the policy, as it is now, does not let this order act any more; undefined: it does. */
  forbids(order: Order): string | undefined;
}

/** What is needed of an action to carry it out. */
export type Acting = Pick<ActionPlugin, 'look' | 'execute' | 'settleMs'>;

/**
 * Brings the effect of an order about exactly once, however often and wherever this is called: claim, look, say that we are about
 * to act, act, record. After a crash, whoever continues sees by the claim that the call may have been sent, waits until the
 * platform must show it, and looks.
 *
 * @param found its claim as it was a moment ago; absent: it is looked for.
 */
export async function carryOut(
  order: Order,
  action: Acting,
  giveUpAt: number,
  deps: CarryOutDeps,
  found?: Found,
): Promise<CarriedOut> {
  const { clock } = deps;
  const acquired = await inSpan('claim', {}, () => acquire(deps.claims, order.key, deps.owner, clock, found));
  if (acquired.kind === 'done') return acquired;
  if (acquired.kind === 'busy') return { kind: 'again', atMs: acquired.untilMs };
  const { lease } = acquired;
  let finished = false;
  try {
    const startedAt = clock.now();
    const finish = async (result: Conclusion): Promise<CarriedOut> => {
      const whole = { ...result, startedAt, finishedAt: clock.now() };
      await lease.finish(whole);
      finished = true;
      return { kind: 'done', result: whole };
    };
    const settled = (lease.actingSince ?? -Infinity) + action.settleMs;
    if (settled > clock.now()) return { kind: 'again', atMs: settled };
    // What may have been sent already is followed up whatever the policy says now.
    const forbidden = lease.actingSince === undefined ? deps.forbids(order) : undefined;
    const next: Step =
      forbidden === undefined
        ? await lookAndAct(order, action, lease)
        : { kind: 'superseded', reason: `the policy changed its mind: ${forbidden}` };
    if (next.kind !== 'later') return await finish(resultOf(order, next));
    if (clock.now() + next.afterMs > giveUpAt) {
      return await finish({ status: 'failed', effect: '', explanation: `Given up: ${next.reason}.` });
    }
    return { kind: 'again', atMs: clock.now() + next.afterMs };
  } finally {
    if (!finished) await lease.abandon();
  }
}

/**
 * Brings an order to its end without an effect, under its claim: nobody else can have it done from then on. What is begun already is left to go on.
 */
export async function withhold(
  order: Order,
  result: Conclusion,
  { claims, clock, owner }: Omit<CarryOutDeps, 'forbids'>,
  found?: Found,
): Promise<CarriedOut> {
  const acquired = await acquire(claims, order.key, owner, clock, found);
  if (acquired.kind === 'done') return acquired;
  if (acquired.kind === 'busy') return { kind: 'again', atMs: acquired.untilMs };
  const { lease } = acquired;
  if (lease.actingSince !== undefined) {
    await lease.abandon();
    return { kind: 'again', atMs: clock.now() };
  }
  const whole = { ...result, startedAt: clock.now(), finishedAt: clock.now() };
  await lease.finish(whole);
  return { kind: 'done', result: whole };
}

type Step = Exclude<Look, { kind: 'ready' }>;
type Conclusion = Omit<ClaimResult, 'startedAt' | 'finishedAt'>;

async function lookAndAct(order: Order, action: Acting, lease: Lease): Promise<Step> {
  const signal = () => AbortSignal.any([lease.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
  const { actingSince } = lease;
  let seen: RunState | undefined;
  try {
    const look = await inSpan('look', {}, () => action.look(order, actingSince, signal()));
    if (look.kind !== 'ready') return look;
    seen = look.run;
  } catch (error) {
    return problem(error);
  }
  await lease.beginActing();
  try {
    return { kind: 'done', effect: await inSpan('execute', {}, () => action.execute(order, signal(), seen)) };
  } catch (error) {
    const step = problem(error);
    // After a time-out or a 5xx nobody knows what happened: look again later.
    if (error instanceof ProviderError && error.problem === 'unavailable') return step;
    // A no while an earlier call may have got through can be that call's own doing ("already running").
    if (actingSince !== undefined) return { kind: 'later', afterMs: UNCERTAIN_AGAIN_MS, reason: messageOf(error) };
    await lease.actedInVain();
    return step;
  }
}

function problem(error: unknown): Step {
  if (error instanceof PlatformGone) return { kind: 'superseded', reason: error.message };
  if (!(error instanceof ProviderError)) throw error;
  if (!error.retryable) return { kind: 'refused', reason: error.message };
  return { kind: 'later', afterMs: error.options.retryAfterMs ?? UNCERTAIN_AGAIN_MS, reason: messageOf(error) };
}

function resultOf(order: Order, step: Exclude<Step, { kind: 'later' }>): Conclusion {
  switch (step.kind) {
    case 'done': {
      const status = order.action.type === 'notify_human' ? 'handed_over' : 'executed';
      const { says, ...seen } = step.effect;
      return { status, effect: says, explanation: order.explanation, ...seen };
    }
    case 'superseded':
      return { status: 'superseded', effect: '', explanation: `Nothing was done: ${step.reason}.` };
    case 'refused':
      return { status: 'failed', effect: '', explanation: `It could not be done: ${step.reason}.` };
  }
}
