import type { Action, ActionType, DiagnosisMade, Mode, Reason, Risk } from '@prunella/contracts';
import { domainOf, formatDuration } from '@prunella/core';
import type { BreakerWord } from './breaker.ts';
import type { Spending } from './budget.ts';
import { isRerun } from './reruns.ts';
import type { Setting } from './settings.ts';

/** Actions that change nothing but what people know. */
const FREE: readonly ActionType[] = ['none', 'notify_human'];
const CODE_FAILURE_VETO = 'code-failure-in-run';

/** A fault of the change, or of another job's change, is not healed by running it again; only a rollback takes it away. */
export function checkCodeFailure({ cause, action, vetoes }: DiagnosisMade): Reason {
  const check = 'code-failure';
  if (domainOf(cause) === 'code') {
    const allows = action.type === 'rollback' || action.type === 'notify_human';
    return {
      check,
      allows,
      says: `${cause} is in the code: ${allows ? `${action.type} does not run it again` : 'only a person can change that'}`,
    };
  }
  const veto = vetoes.find((text) => text.startsWith(CODE_FAILURE_VETO));
  if (veto === undefined)
    return { check, allows: true, says: `${cause} is not in the code, and no job failed because of it` };
  return { check, allows: !isRerun(action.type), says: `the run can't pass by a rerun (${veto})` };
}

/** Vetoes that this policy does not know stop everything that has an effect: whoever wrote them had a reason. */
export function checkVetoes({ action, vetoes }: DiagnosisMade): Reason | undefined {
  const others = vetoes.filter((text) => !text.startsWith(CODE_FAILURE_VETO));
  if (others.length === 0) return undefined;
  return { check: 'veto', allows: FREE.includes(action.type), says: `the diagnosis forbids it: ${others.join('; ')}` };
}

/** Parameters that don't fit are not guessed at. */
export function checkParameters({ type }: Action, problem: string | undefined): Reason | undefined {
  if (problem === undefined || FREE.includes(type)) return undefined;
  return { check: 'parameters', allows: false, says: `the parameters of ${type} can't be used: ${problem}` };
}

/** The smaller of the policy's limit and the action's own, where it has one. */
export function attemptsLimit(limit: Setting<number>, own: number | undefined): number {
  return Math.min(limit.value, own ?? limit.value);
}

/** Every loop has an end; undefined for actions without an effect. */
export function checkAttempts(
  { type }: Action,
  attemptsSoFar: number,
  limit: Setting<number>,
  own: number | undefined,
): Reason | undefined {
  if (FREE.includes(type)) return undefined;
  const most = attemptsLimit(limit, own);
  const whose = most < limit.value ? `parameters of ${type}` : limit.from;
  const allows = attemptsSoFar < most;
  return {
    check: 'attempts',
    allows,
    says: allows
      ? `attempt ${attemptsSoFar + 1} of ${most} (${whose})`
      : `tried ${attemptsSoFar} of ${most} (${whose})`,
  };
}

/** Somebody here must be able to do it for this run; undefined for actions that need nobody. */
export function checkCapability(
  { type }: Action,
  platform: string,
  unsupported: string | undefined,
): Reason | undefined {
  if (FREE.includes(type)) return undefined;
  return {
    check: 'capability',
    allows: unsupported === undefined,
    says: unsupported ?? `${type} can be done on platform ${platform === '' ? 'generic' : platform}`,
  };
}

/** At the threshold is enough; no number is not. */
export function checkThreshold(confidence: number, risk: Risk, threshold: Setting<number>): Reason {
  const allows = confidence >= threshold.value;
  return {
    check: 'threshold',
    allows,
    says: `confidence ${rounded(confidence)} is ${allows ? 'at least' : 'below'} ${rounded(threshold.value)}, what ${risk} actions need (${threshold.from})`,
  };
}

/** What outcomes taught not to trust is not done, whatever the threshold of the place; undefined: it is trusted, or has no effect. */
export function checkStanding({ demoted }: DiagnosisMade, { type }: Action): Reason | undefined {
  if (demoted === undefined || demoted === '' || FREE.includes(type)) return undefined;
  return { check: 'standing', allows: false, says: `recommended only: ${demoted}` };
}

/** What acting spends, over all incidents. */
export function checkSpending({ limit, spent, allows }: Spending): Reason {
  const { kind, name, scope, unit, most, withinMs, amount } = limit;
  const within = formatDuration(withinMs);
  const where = scope === '' ? '' : ` for ${scope}`;
  if (kind === 'cooldown') {
    const says = allows
      ? `no other ${name}${where} within ${within}`
      : `another ${name}${where} was done within ${within}`;
    return { check: kind, allows, says };
  }
  if (unit !== 'actions') {
    const what = `${rounded(amount)} ${unit === 'minutes' ? 'runner minutes' : 'of money'}`;
    const says = `it would spend ${what}${where}; ${rounded(spent)} of ${most} within ${within} are spent (budget ${name})`;
    return { check: kind, allows, says };
  }
  const says = allows
    ? `${spent + 1} of ${most} within ${within}${where} (budget ${name})`
    : `all ${most} within ${within}${where} are spent (budget ${name})`;
  return { check: kind, allows, says };
}

export function checkBreaker({ allows, says }: BreakerWord): Reason {
  return { check: 'breaker', allows, says };
}

/** Only watched, to see what passes by itself. */
export function checkHoldOut(heldOut: boolean, share: number): Reason | undefined {
  if (share <= 0) return undefined;
  const part = `${rounded(share * 100)} % of the incidents are`;
  return {
    check: 'hold-out',
    allows: !heldOut,
    says: heldOut
      ? `${part} only watched to see what passes by itself (holdOut), and this is one`
      : `${part} only watched (holdOut), this is none of them`,
  };
}

export function checkIrreversible(risk: Risk): Reason {
  const allows = risk !== 'irreversible';
  return {
    check: 'irreversible',
    allows,
    says: allows ? `the action is ${risk}` : "what can't be put back is never automatic",
  };
}

const MODE_SAYS: Readonly<Record<Mode, string>> = {
  observe: 'nothing is done or said outside',
  recommend: 'it is said what would be done',
  approve: 'a person is asked first',
  act: 'it is done',
};

export function checkMode({ value, from }: Setting<Mode>): Reason {
  return { check: 'mode', allows: value === 'act', says: `mode is ${value} (${from}): ${MODE_SAYS[value]}` };
}

/** At most three digits behind the point, without rounding a confidence up to a threshold that it misses. */
function rounded(value: number): string {
  return String(Math.floor(value * 1_000 + 1e-9) / 1_000);
}
