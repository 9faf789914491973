import type { ActionType } from '@prunella/contracts';

/** Whether a rule's action may be done, or is only recommended because of what its outcomes were. */
export type StandingWord = 'trusted' | 'demoted';

/** When rules are demoted, and promoted again. */
export interface StandingSettings {
  /** Least outcomes, by weight, before a rule is demoted. */
  demoteAfter: number;
  /** Least outcomes since it was demoted before it is promoted. */
  promoteAfter: number;
  /** By how much the bound has to be above the threshold for that. */
  margin: number;
}

/** How a rule and action stand, and what was measured. */
export interface Measured {
  standing: StandingWord;
  /** A person said so: only a person changes it. */
  pinned: boolean;
  /** The rule's own confidence. */
  word: number;
  /** Of `Belief`. */
  lower: number;
  /** Outcomes of its own, by weight. */
  tried: number;
  /** Outcomes of its own that became known since its standing changed. */
  since: number;
}

/**
 * How it stands from now on. It is demoted where its own word would let it act and its outcomes do not, and promoted where they do by a margin and there
 * are new ones: between the two it stays as it is. What would not act by its own word is left to the thresholds.
 */
export function standingNext(measured: Measured, threshold: number, settings: StandingSettings): StandingWord {
  const { standing, pinned, word, lower, tried, since } = measured;
  if (pinned) return standing;
  if (standing === 'trusted') {
    return word >= threshold && lower < threshold && tried >= settings.demoteAfter ? 'demoted' : 'trusted';
  }
  const enough = Math.min(1, threshold + settings.margin);
  // A threshold at the top could never be exceeded.
  return lower >= Math.min(enough, 0.99) && since >= settings.promoteAfter ? 'trusted' : 'demoted';
}

/** The evidence of a change, as its event carries it. */
export interface StandingEvidence {
  decidedBy: string;
  action: ActionType;
  healed: number;
  ineffective: number;
  harmful: number;
  lower: number;
  threshold: number;
}

/** `3 of 9 retry helped, lower bound 0.21 < 0.6` */
export function evidenceSays({ action, healed, ineffective, harmful, lower, threshold }: StandingEvidence): string {
  const tried = healed + ineffective + harmful;
  const harm = harmful === 0 ? '' : `, ${harmful} did harm`;
  const sign = lower < threshold ? '<' : '>=';
  return `${healed} of ${tried} ${tried === 1 ? 'outcome' : 'outcomes'} of ${action} helped${harm}, lower bound ${floor(lower)} ${sign} ${floor(threshold)}`;
}

/** Why an action is only recommended. */
export function demotionSays(change: { decidedBy: string; at: string; reason: string; by: string }): string {
  const { decidedBy, at, reason, by } = change;
  const whom = by === 'prunella' ? '' : ` by ${by}`;
  return `${nameOf(decidedBy)} was demoted${whom} on ${at.slice(0, 10)}: ${reason}`;
}

function nameOf(decidedBy: string): string {
  const [kind, ...rest] = decidedBy.split(':');
  return rest.length === 0 ? `${decidedBy}` : `${kind} ${rest.join(':')}`;
}

/** Two digits, never rounded up to a threshold that it misses. */
function floor(value: number): string {
  return String(Math.floor(value * 100 + 1e-9) / 100);
}
