import { formatDuration, ProviderError } from '@prunella/core';
import { GIVE_UP_AFTER_MS } from '@prunella/decision';
import type { Fired, Timer } from '../act/timers.ts';
import type { ActionPlugin, Effect } from '../actions/action.ts';
import { PlatformGone } from '../actions/rerun.ts';
import type { RemediateDeps } from '../remediate-deps.ts';
import { tell } from '../tell/notes.ts';
import type { Verified } from './by-metrics.ts';

/** How long an effect that is looked after here may take to show that it helped. */
const PROVE_WITHIN_MS = 15 * 60_000;
const FIRST_PROOF_MS = 5_000;
const PROVE_AGAIN_MS = 10_000;
const PROOF_TIMEOUT_MS = 20_000;

/** When it is first looked whether what was done helped, and how long that may take. @param finishedAt ms since the epoch */
export function proofTimes(plugin: ActionPlugin, finishedAt: number): Pick<Timer, 'dueAt' | 'giveUpAt'> {
  const dueAt = finishedAt + FIRST_PROOF_MS;
  return { dueAt, giveUpAt: dueAt + proveWithin(plugin) };
}

/** Whether what was done helped: told when it is known, taken back when it did harm. */
export async function verify(timer: Timer, d: RemediateDeps): Promise<Fired> {
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

function proveWithin(plugin: ActionPlugin | undefined): number {
  return plugin?.proveWithinMs ?? PROVE_WITHIN_MS;
}
