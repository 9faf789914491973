import type { ActionType } from '@prunella/contracts';
import type { ActionTally } from '@prunella/store';

/** How one kind of action did. */
export interface ActionEffectiveness {
  action: ActionType;
  /** Actions that took effect. */
  total: number;
  successful: number;
  ineffective: number;
  harmful: number;
  inconclusive: number;
  /** No outcome yet. */
  pending: number;
  /** successful / (successful + ineffective + harmful); null: there is none of them. */
  successRate: number | null;
}

export interface Effectiveness {
  overall: { total: number; successful: number; successRate: number | null };
  actions: ActionEffectiveness[];
}

/** Sums up counts by action and outcome; the actions in alphabetical order. */
export function effectiveness(tallies: readonly ActionTally[]): Effectiveness {
  const types = [...new Set(tallies.map((tally) => tally.action))].sort();
  const actions = types.map((type) =>
    ofAction(
      type as ActionType,
      tallies.filter((tally) => tally.action === type),
    ),
  );
  const sum = (pick: (action: ActionEffectiveness) => number) => actions.reduce((n, action) => n + pick(action), 0);
  const successful = sum((action) => action.successful);
  const settled = successful + sum((action) => action.ineffective + action.harmful);
  return {
    overall: { total: sum((action) => action.total), successful, successRate: rate(successful, settled) },
    actions,
  };
}

function ofAction(action: ActionType, tallies: readonly ActionTally[]): ActionEffectiveness {
  const count = (outcome: string | null) =>
    tallies.filter((tally) => tally.outcome === outcome).reduce((n, tally) => n + tally.count, 0);
  const successful = count('healed');
  const ineffective = count('ineffective');
  const harmful = count('harmful');
  return {
    action,
    total: tallies.reduce((n, tally) => n + tally.count, 0),
    successful,
    ineffective,
    harmful,
    inconclusive: count('inconclusive'),
    pending: count(null),
    successRate: rate(successful, successful + ineffective + harmful),
  };
}

function rate(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
