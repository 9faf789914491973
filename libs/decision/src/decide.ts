import type { DiagnosisMade, Run } from '@prunella/contracts';
import type { Clock, Random } from '@prunella/core';
import { backoffDelayMs, type Decision, decide as decideByPolicy, type Policy, proposed } from '@prunella/policy';
import type { Breakers } from './breakers.ts';
import { type Spent, withBudget } from './budget.ts';
import type { SpendingLedger } from './ledger.ts';
import { type Order, orderKey } from './order.ts';
import type { Records } from './records.ts';
import type { Recoveries } from './recoveries.ts';

/** What the outside says about what is to be decided. */
export interface Target {
  /** The diagnosis with what its action notes about the target right now, and why it can't be done here, if so. */
  pinned(diagnosis: DiagnosisMade): Promise<Pinned>;
  /** How long what failed took, in milliseconds; undefined: nobody tells. Asked only where a budget counts it. */
  lastedMs(diagnosis: DiagnosisMade): Promise<number | undefined>;
}

export interface Pinned {
  pinned: DiagnosisMade;
  /** In a few words; undefined: it can be done. */
  unsupported: string | undefined;
}

/** All that a decision is made from, in production as in a backtest. */
export interface DecideDeps {
  /** As it is in force now. */
  readonly policy: Policy;
  breakers: Breakers;
  ledger: SpendingLedger;
  /** The incident that a run was begun for; undefined: it was not begun here. */
  originOf(run: Run): Promise<{ incidentId: string } | undefined>;
  recoveries: Recoveries;
  target: Target;
  decisions: Records<Order>;
  budgets: Records<Spent>;
  clock: Clock;
  random: Random;
}

const MOST_EVIDENCE = 6;

/** Decides once for each attempt of an incident; asked again, gives the stored decision. */
export async function decideOnce(
  diagnosis: DiagnosisMade,
  traceparent: string | undefined,
  d: DecideDeps,
): Promise<Order> {
  const key = orderKey(diagnosis.incidentId, diagnosis.run.attempt);
  // A run that we began for another incident spends that one's attempts, also where its failure was told as one of its own.
  const asked = d.originOf(diagnosis.run);
  // What is decided stands, whether that can be read or not.
  asked.catch(() => undefined);
  const stored = await d.decisions.get(key);
  if (stored !== undefined) return stored.value;
  const origin = await asked;
  const incident = orderKey(origin?.incidentId ?? diagnosis.incidentId, 0);
  const spent = await d.budgets.get(incident);
  const spentBefore = spent?.value.keys.filter((other) => other !== key).length ?? 0;
  const { pinned, unsupported } = await d.target.pinned(proposed(d.policy.alternatives, diagnosis, spentBefore));
  const lastedMs = unsupported === undefined && countsTime(d.policy) ? await d.target.lastedMs(pinned) : undefined;
  const order = await withBudget(d.budgets, incident, key, spent, async (attemptsSoFar) => {
    const facts = { diagnosis: pinned, unsupported, attemptsSoFar, ...(lastedMs !== undefined && { lastedMs }) };
    const decision = await decideWithinLimits(facts, key, d);
    const wait = await waitOf(pinned, decision, attemptsSoFar, d);
    const value = orderOf(pinned, decision, key, wait, traceparent, d);
    return { value, spends: hasEffect(decision) };
  });
  const created = await d.decisions.create(key, order);
  if (created !== undefined) return order;
  return (await d.decisions.get(key))?.value ?? order;
}

/** Decides, and where that would act, once more with what the limits say: they are only spent on what is done. */
async function decideWithinLimits(
  facts: { diagnosis: DiagnosisMade; unsupported: string | undefined; attemptsSoFar: number; lastedMs?: number },
  key: string,
  d: DecideDeps,
): Promise<Decision> {
  const { policy } = d;
  const at = d.clock.now();
  const wished = decideByPolicy(policy, { ...facts, at });
  if (!hasEffect(wished) || wished.risk === 'free') return wished;
  const breaker = await d.breakers.ask(wished.action.type, facts.diagnosis.run.platform, key, policy.breaker);
  const spending = breaker.allows ? await d.ledger.reserve(wished.limits, key) : [];
  return decideByPolicy(policy, { ...facts, at, breaker, spending });
}

function hasEffect({ verdict }: Decision): boolean {
  return verdict === 'acting' || verdict === 'asking';
}

/** A thousand failures are a thousand questions. */
function countsTime({ budgets }: Policy): boolean {
  return budgets.some(({ minutes, money }) => minutes !== undefined || money !== undefined);
}

interface Wait {
  ms: number;
  /** Why it is another one than the rule's; absent: it is the rule's. */
  says?: string;
}

/** Full jitter over the rule's delay, or over a longer one where that was learnt to be better. */
async function waitOf(
  { cause, run }: DiagnosisMade,
  { schedule }: Decision,
  attemptsSoFar: number,
  d: DecideDeps,
): Promise<Wait> {
  if (schedule === undefined) return { ms: 0 };
  const proposedMs = backoffDelayMs(schedule, attemptsSoFar + 1, d.random);
  const learnt = await d.recoveries.waitFor(cause, run.platform, proposedMs);
  if (learnt === undefined) return { ms: proposedMs };
  const { fromMs, toMs, says } = learnt;
  return { ms: Math.round(fromMs + d.random() * (toMs - fromMs)), says };
}

function orderOf(
  diagnosis: DiagnosisMade,
  decision: Decision,
  key: string,
  wait: Wait,
  traceparent: string | undefined,
  d: DecideDeps,
): Order {
  const decidedAt = d.clock.now();
  return {
    key,
    incidentId: diagnosis.incidentId,
    run: diagnosis.run,
    action: decision.action,
    risk: decision.risk,
    mode: decision.mode,
    verdict: decision.verdict,
    reasons:
      wait.says === undefined
        ? decision.reasons
        : [...decision.reasons, { check: 'backoff', allows: true, says: wait.says }],
    explanation: decision.explanation,
    diagnosis: diagnosis.explanation,
    cause: diagnosis.cause,
    decidedBy: diagnosis.decidedBy,
    fingerprint: diagnosis.fingerprint,
    confidence: diagnosis.confidence,
    prior: diagnosis.prior,
    evidence: diagnosis.evidence.slice(0, MOST_EVIDENCE),
    decidedAt,
    dueAt: decidedAt + wait.ms,
    cost: decision.cost,
    approveWithinMs: decision.approveWithinMs,
    ...(decision.verdict === 'asking' && { approvers: decision.approvers }),
    ...(traceparent !== undefined && { traceparent }),
  };
}
