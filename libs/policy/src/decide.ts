import type { Action, ActionType, DiagnosisMade, Mode, Reason, Risk, Verdict } from '@prunella/contracts';
import { domainOf, riskOf } from '@prunella/core';
import { backoffOf } from './backoff.ts';
import type { Policy } from './parse-policy.ts';
import { type Settings, settingsFor } from './settings.ts';

/** All that a decision is made from. */
export interface Facts {
  diagnosis: DiagnosisMade;
  /** Healing attempts that this incident has spent already. */
  attemptsSoFar: number;
  /** Why the action can't be done here, in a few words; undefined: it can. */
  unsupported: string | undefined;
}

/** What the policy says about one diagnosis, with every check that led to it. */
export interface Decision {
  verdict: Verdict;
  /** What is to be done; `notify_human` when it is handed over. */
  action: Action;
  mode: Mode;
  risk: Risk;
  reasons: Reason[];
  /** One sentence. */
  explanation: string;
}

const RETRIES: readonly ActionType[] = ['retry', 'retry_with_backoff', 'wait_for_dependency'];

interface Checked extends Reason {
  /** What it means when it does not allow the action. */
  otherwise: 'hand over' | 'recommend';
}

/** Decides. Total: every diagnosis gets a verdict, at least one reason and an explanation. */
export function decide(policy: Policy, facts: Facts): Decision {
  const { action } = facts.diagnosis;
  const settings = settingsFor(policy, facts.diagnosis.run, action.type);
  const risk = riskOf(action.type);
  const checks = [
    codeFailure(facts),
    attempts(facts, settings),
    irreversible(risk),
    threshold(facts, settings, risk),
    capability(facts),
  ];
  const relevant = checks.filter((check) => check !== undefined);
  const stop = relevant.find((check) => !check.allows);
  const reasons: Reason[] = [mode(settings), ...relevant.map(({ check, allows, says }) => ({ check, allows, says }))];
  const base = { mode: settings.mode, reasons };
  const verdict = verdictOf(settings.mode, stop, facts.diagnosis);
  if (verdict === 'handing_over') {
    const says = stop?.says ?? 'The diagnosis asks for a human.';
    return { ...base, verdict, action: handOver(action), risk: 'free', explanation: `Left to humans. ${says}` };
  }
  return { ...base, verdict, action, risk, explanation: explanationOf(verdict, action, settings, stop) };
}

function verdictOf(mode: Mode, stop: Checked | undefined, { action }: DiagnosisMade): Verdict {
  if (mode === 'observe') return 'observing';
  // Telling a human is always allowed: recommend mode is about changing things.
  if (action.type === 'notify_human' || action.type === 'none') return 'handing_over';
  if (stop?.otherwise === 'hand over') return 'handing_over';
  if (stop !== undefined || mode === 'recommend') return 'recommending';
  return mode === 'approve' ? 'asking' : 'acting';
}

function mode({ mode: value, modeFrom }: Settings): Reason {
  return {
    check: 'mode',
    allows: value === 'act' || value === 'approve',
    says: `The mode is ${value}, by ${modeFrom}.`,
  };
}

function codeFailure({ diagnosis }: Facts): Checked | undefined {
  if (!RETRIES.includes(diagnosis.action.type)) return undefined;
  const isCode = domainOf(diagnosis.cause) === 'code';
  const [veto] = diagnosis.vetoes;
  const says = isCode
    ? `The cause, ${diagnosis.cause}, is in the code: running it again can't help.`
    : veto === undefined
      ? 'No failure in this run is in the code.'
      : `A rerun would repeat a real failure: ${veto}.`;
  return { check: 'code-failure', allows: !isCode && veto === undefined, says, otherwise: 'hand over' };
}

function attempts({ diagnosis: { action }, attemptsSoFar }: Facts, settings: Settings): Checked | undefined {
  if (action.type === 'none' || action.type === 'notify_human') return undefined;
  const most = RETRIES.includes(action.type)
    ? Math.min(backoffOf(action).attempts, settings.attempts)
    : settings.attempts;
  const allows = attemptsSoFar < most;
  const says = allows
    ? `${attemptsSoFar} of ${most} attempts are spent.`
    : `Tried ${attemptsSoFar} of ${most} times, and it failed again.`;
  return { check: 'attempts', allows, says, otherwise: 'hand over' };
}

function irreversible(risk: Risk): Checked | undefined {
  if (risk !== 'irreversible') return undefined;
  return { check: 'irreversible', allows: false, says: 'What it does can not be undone.', otherwise: 'recommend' };
}

function threshold({ diagnosis }: Facts, { thresholds }: Settings, risk: Risk): Checked | undefined {
  if (risk === 'irreversible') return undefined;
  const least = thresholds[risk];
  const allows = diagnosis.confidence >= least;
  const says = `Confidence ${percent(diagnosis.confidence)} is ${allows ? 'enough' : 'too low'} for a ${risk} action (${percent(least)}).`;
  return { check: 'threshold', allows, says, otherwise: 'recommend' };
}

function capability({ diagnosis: { action }, unsupported }: Facts): Checked | undefined {
  if (action.type === 'none' || action.type === 'notify_human') return undefined;
  const says = unsupported === undefined ? 'It can be done here.' : `It can't be done here: ${unsupported}.`;
  return { check: 'capability', allows: unsupported === undefined, says, otherwise: 'recommend' };
}

function handOver(action: Action): Action {
  return action.type === 'notify_human' ? action : { type: 'notify_human', parameters: {} };
}

function explanationOf(verdict: Verdict, action: Action, settings: Settings, stop: Checked | undefined): string {
  switch (verdict) {
    case 'observing':
      return `Only observed: the mode is observe, by ${settings.modeFrom}.`;
    case 'recommending':
      return [
        `Recommended: ${action.type}.`,
        settings.mode === 'recommend' ? `The mode is recommend, by ${settings.modeFrom}.` : '',
        stop?.says ?? '',
      ]
        .filter((sentence) => sentence !== '')
        .join(' ');
    case 'asking':
      return `Asking before ${action.type}: the mode is approve, by ${settings.modeFrom}.`;
    default:
      return `Doing ${action.type}: the mode is act, by ${settings.modeFrom}, and all checks pass.`;
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
