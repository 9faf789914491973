import type { ActionType } from '@prunella/contracts';
import type { ActionTally, CostTally } from '@prunella/store';
import { type Money, sumOf } from './costs.ts';

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
  /** Runner minutes, as expected when it was decided. */
  expectedMinutes: number;
  /** What is known of how long the reruns took. */
  actualMinutes: number;
  /** Expected, by currency. */
  money: Money[];
}

export interface Effectiveness {
  overall: { total: number; successful: number; successRate: number | null };
  actions: ActionEffectiveness[];
}

/** Sums up counts by action and outcome, and costs by action; the actions in alphabetical order. */
export function effectiveness(tallies: readonly ActionTally[], costs: readonly CostTally[]): Effectiveness {
  const types = [...new Set(tallies.map((tally) => tally.action))].sort();
  const actions = types.map((type) =>
    ofAction(
      type as ActionType,
      tallies.filter((tally) => tally.action === type),
      costs.filter(({ key }) => key === type),
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

function ofAction(
  action: ActionType,
  tallies: readonly ActionTally[],
  costs: readonly CostTally[],
): ActionEffectiveness {
  const { expectedMinutes, actualMinutes, money } = sumOf(costs);
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
    expectedMinutes,
    actualMinutes,
    money,
  };
}

function rate(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
