import type { JsonBucket } from '@prunella/bus';
import type { Action, DiagnosisMade } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import {
  type DecideDeps as Deciding,
  decideOnce as decideIn,
  type Order,
  type Pinned,
  type Target,
} from '@prunella/decision';
import type { Lineage } from '../act/lineage.ts';
import type { Actions } from '../actions/index.ts';

export interface DecideDeps extends Omit<Deciding, 'target' | 'originOf'> {
  decisions: JsonBucket<Order>;
  lineage: Lineage;
  actions: Actions;
}

const PIN_TIMEOUT_MS = 20_000;

/** Decides once for each attempt of an incident, with what the platforms say of it now; asked again, gives the stored decision. */
export async function decideOnce(
  diagnosis: DiagnosisMade,
  traceparent: string | undefined,
  d: DecideDeps,
): Promise<Order> {
  const { policy, breakers, ledger, recoveries, decisions, budgets, clock, random } = d;
  const kept = { policy, breakers, ledger, recoveries, decisions, budgets, clock, random };
  return await decideIn(diagnosis, traceparent, {
    ...kept,
    target: targetOf(d.actions),
    originOf: (run) => d.lineage.originOf(run),
  });
}

function targetOf(actions: Actions): Target {
  return {
    pinned: (diagnosis) => pinnedBy(diagnosis, actions),
    lastedMs: (diagnosis) => lasted(diagnosis, actions),
  };
}

/** The diagnosis with what its action notes about the target right now, and why it can't be done here, if so. */
async function pinnedBy(diagnosis: DiagnosisMade, actions: Actions): Promise<Pinned> {
  const { run } = diagnosis;
  const plugin = actions.get(diagnosis.action.type);
  const action = withParameters(diagnosis.action, plugin?.about?.(diagnosis));
  const unsupported = actions.unsupported(action, run);
  if (plugin?.pin === undefined || unsupported !== undefined) return { pinned: { ...diagnosis, action }, unsupported };
  try {
    const noted = await plugin.pin(run, AbortSignal.timeout(PIN_TIMEOUT_MS));
    return { pinned: { ...diagnosis, action: withParameters(action, noted) }, unsupported };
  } catch (error) {
    // A target that can't be seen can't be healed, but the diagnosis still deserves a decision.
    if (error instanceof ProviderError)
      return { pinned: { ...diagnosis, action }, unsupported: `the target can't be seen: ${error.message}` };
    throw error;
  }
}

function withParameters(action: Action, more: Action['parameters'] = {}): Action {
  return { ...action, parameters: { ...action.parameters, ...more } };
}

/** How long what failed took, as far as its platform tells. */
async function lasted({ action, run }: DiagnosisMade, actions: Actions): Promise<number | undefined> {
  try {
    return await actions.get(action.type)?.lastedMs?.(run, AbortSignal.timeout(PIN_TIMEOUT_MS));
  } catch (error) {
    // The usual length is taken instead.
    if (error instanceof ProviderError) return undefined;
    throw error;
  }
}
