import type { Action, ActionType, DiagnosisMade, Mode, Reason, Risk, Verdict } from '@prunella/contracts';
import { riskOf } from '@prunella/core';
import { type Approvers, approversFor } from './approval.ts';
import { type Backoff, backoffOf, isSpaced } from './backoff.ts';
import type { BreakerWord } from './breaker.ts';
import { type Limit, limitsFor, type Spending } from './budget.ts';
import {
  attemptsLimit,
  checkAttempts,
  checkBreaker,
  checkCapability,
  checkCodeFailure,
  checkHoldOut,
  checkIrreversible,
  checkMode,
  checkParameters,
  checkSpending,
  checkStanding,
  checkThreshold,
  checkVetoes,
} from './checks.ts';
import { type Cost, costOf } from './costs.ts';
import { explain } from './explain.ts';
import { isHeldOut } from './hold-out.ts';
import type { Policy } from './policy.ts';
import { settingsFor } from './settings.ts';

/** What a decision is made from. */
export interface Facts {
  diagnosis: DiagnosisMade;
  /** When it is decided, in milliseconds since the epoch. */
  at: number;
  /** Healing attempts already spent on the incident. */
  attemptsSoFar: number;
  /**
   * Why nobody here can do the proposed action for this run, in a few words, e.g. `nothing here can rerun pipelines of
   * platform generic`; undefined: it can be done.
   */
  unsupported: string | undefined;
  /** How much the action can hurt on this very target, where more is known than its kind; it can only raise the risk. */
  risk?: Risk;
  /** How long the attempt that failed took, in ms; not given: nobody knows. */
  lastedMs?: number;
  /** How the limits stand that acting would spend; not given: nobody asked, as for what is not done anyway. */
  spending?: readonly Spending[];
  /** What the breaker of the action says; not given: nobody asked. */
  breaker?: BreakerWord;
}

/** What the policy says about a diagnosis, and why. */
export interface Decision {
  verdict: Verdict;
  /** What is to be done, asked or recommended; `notify_human` when it is handed over. */
  action: Action;
  /** The mode that holds for this action on this run. */
  mode: Mode;
  /** Of the decided action. */
  risk: Risk;
  /** Every check in the order in which it was made, also those that passed; at least one. */
  reasons: Reason[];
  /** One sentence: why this, or why not. */
  explanation: string;
  /** How long a human may take to answer, in milliseconds. */
  approveWithinMs: number;
  /** Who may answer, where a human is asked. */
  approvers: Approvers;
  /** What acting is expected to cost. */
  cost: Cost;
  /** What acting spends. */
  limits: readonly Limit[];
  /** How a retry is spaced; only for retries that may or would be done. */
  schedule?: Backoff;
}

const RISK_ORDER: readonly Risk[] = ['free', 'cheap', 'reversible', 'irreversible'];

/**
 * Decides what is done about a diagnosis. Pure and total: the same facts give the same decision, and none throws.
 *
 * What forbids comes first: observe says nothing outside; what a machine can't heal goes to a human; what is not sure
 * enough, or can't be done here, is only recommended; the mode has the last word.
 */
export function decide(policy: Policy, facts: Facts): Decision {
  const { diagnosis } = facts;
  const proposed = diagnosis.action;
  const risk = higherRisk(riskOf(proposed.type), facts.risk);
  const about = { run: diagnosis.run, action: proposed.type, cause: diagnosis.cause };
  const settings = settingsFor(policy, about, facts.at);
  const cost = costOf(policy.costs, about, facts.lastedMs);
  const parsed = backoffOf(proposed);
  const backoff = 'backoff' in parsed ? parsed.backoff : undefined;

  const refusals = [
    checkCodeFailure(diagnosis),
    checkVetoes(diagnosis),
    checkParameters(proposed, 'problem' in parsed ? parsed.problem : undefined),
    checkAttempts(proposed, facts.attemptsSoFar, settings.attempts, backoff?.attempts),
  ].filter((reason) => reason !== undefined);
  const doubts = [
    checkCapability(proposed, diagnosis.run.platform, facts.unsupported),
    checkStanding(diagnosis, proposed),
    checkThreshold(diagnosis.confidence, risk, settings.threshold(risk)),
    ...(facts.breaker === undefined ? [] : [checkBreaker(facts.breaker)]),
    ...(facts.spending ?? []).map(checkSpending),
  ].filter((reason) => reason !== undefined);
  const wouldAct = settings.mode.value === 'act' && risk !== 'free' && !someRefuses([...refusals, ...doubts]);
  const holdOut = wouldAct ? checkHoldOut(isHeldOut(diagnosis.incidentId, policy.holdOut), policy.holdOut) : undefined;
  const mode = holdOut?.allows === false ? 'observe' : settings.mode.value;
  const limits = [checkIrreversible(risk), checkMode(settings.mode), ...(holdOut === undefined ? [] : [holdOut])];

  const verdict = verdictOf({
    action: proposed.type,
    mode,
    risk,
    refused: someRefuses(refusals),
    doubted: someRefuses(doubts),
  });
  const action: Action =
    verdict === 'handing_over' && proposed.type !== 'notify_human'
      ? { type: 'notify_human', parameters: {} }
      : proposed;
  const reasons = [...refusals, ...doubts, ...limits];
  return {
    verdict,
    action,
    mode,
    risk: action === proposed ? risk : riskOf(action.type),
    reasons,
    explanation: explain(verdict, diagnosis, reasons),
    approveWithinMs: settings.approveWithin.value,
    approvers: approversFor(policy.approvals, { ...about, action: action.type }),
    cost,
    limits: limitsFor(policy.budgets, settings.cooldown.value, { ...about, incidentId: diagnosis.incidentId }, cost),
    ...(backoff !== undefined &&
      isSpaced(action.type) && {
        schedule: { ...backoff, attempts: attemptsLimit(settings.attempts, backoff.attempts) },
      }),
  };
}

function verdictOf(facts: { action: ActionType; mode: Mode; risk: Risk; refused: boolean; doubted: boolean }): Verdict {
  const { action, mode } = facts;
  if (mode === 'observe') return 'observing';
  if (facts.refused) return 'handing_over';
  if (action === 'none' || facts.doubted) return 'recommending';
  // Telling somebody is what handing over does, so it needs no mode but one that may speak.
  if (action === 'notify_human') return 'handing_over';
  if (mode === 'recommend') return 'recommending';
  return mode === 'approve' || facts.risk === 'irreversible' ? 'asking' : 'acting';
}

function someRefuses(reasons: readonly Reason[]): boolean {
  return reasons.some(({ allows }) => !allows);
}

function higherRisk(a: Risk, b: Risk | undefined): Risk {
  return b !== undefined && RISK_ORDER.indexOf(b) > RISK_ORDER.indexOf(a) ? b : a;
}
