import { Duration, parseDuration } from '@prunella/core';
import { z } from 'zod';
import { type Case, Match, matches } from './match.ts';

/** What a budget is kept apart for. */
const SCOPES = ['everything', 'repository', 'pipeline', 'branch', 'cause', 'target'] as const;
type Scope = (typeof SCOPES)[number];

const LONGEST_WINDOW = parseDuration('31d') ?? 0;

/** At most so many actions within any such time. */
export const Budget = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'expected a name of small letters, digits and hyphens' }),
  match: Match.optional().describe('Actions that this budget is for. Default: all that have an effect.'),
  per: z.enum(SCOPES).default('repository').describe('A budget of its own for each of these.'),
  within: Duration.refine((ms) => ms >= 60_000 && ms <= LONGEST_WINDOW, { error: 'expected a duration from 1m to 31d' })
    .prefault('1d')
    .describe('Counted in any stretch of this length, not by the calendar.'),
  actions: z.int().min(0).max(1_000).describe('Actions that it allows; 0 allows none.'),
});
export type Budget = z.infer<typeof Budget>;

/** Something that is spent by acting. */
export interface Limit {
  /** `budget` or `cooldown`: the check that it belongs to. */
  kind: 'budget' | 'cooldown';
  /** The budget's name; for people and as a key. */
  name: string;
  /** What it is kept apart for, e.g. `acme/shop`. */
  scope: string;
  /** So many actions within the time. */
  most: number;
  withinMs: number;
}

/** A limit, and how it stands for one decision. */
export interface Spending {
  limit: Limit;
  /** Actions of others within the time. */
  spent: number;
  /** Whether one more fits. */
  allows: boolean;
}

/** What was spent: by which order, when (in ms since the epoch). */
export interface Expense {
  key: string;
  at: number;
}

/** The limits that an action has to keep, in the order in which they are asked. */
export function limitsFor(budgets: readonly Budget[], cooldownMs: number, about: Case): Limit[] {
  const kept = budgets
    .filter(({ match }) => match === undefined || matches(match, about))
    .map(
      ({ name, per, within, actions }): Limit => ({
        kind: 'budget',
        name,
        scope: scopeOf(per, about),
        most: actions,
        withinMs: within,
      }),
    );
  if (cooldownMs === 0) return kept;
  const target: Limit = {
    kind: 'cooldown',
    name: about.action,
    scope: scopeOf('target', about),
    most: 1,
    withinMs: cooldownMs,
  };
  return [...kept, target];
}

/**
 * Spends one action of a limit. The same key again spends nothing more; what is older than the limit's time is forgotten.
 *
 * @returns how it stands, and what is to be remembered: the same list where nothing is spent.
 */
export function spend(
  limit: Limit,
  expenses: readonly Expense[],
  key: string,
  now: number,
): { spending: Spending; expenses: readonly Expense[] } {
  const mine = expenses.find((expense) => expense.key === key);
  const others = expenses.filter((expense) => expense.key !== key && expense.at > now - limit.withinMs);
  const allows = mine !== undefined || others.length < limit.most;
  const spending = { limit, spent: others.length, allows };
  if (!allows || mine !== undefined) return { spending, expenses };
  return { spending, expenses: [...others, { key, at: now }] };
}

function scopeOf(per: Scope, { run, cause }: Case): string {
  switch (per) {
    case 'everything':
      return '';
    case 'repository':
      return run.repository || run.pipelineId;
    case 'pipeline':
      return run.pipelineId;
    case 'branch':
      return `${run.pipelineId}@${run.branch}`;
    case 'cause':
      return `${run.repository || run.pipelineId} ${cause}`;
    case 'target':
      return targetOf(run);
  }
}

function targetOf({ workload, environment, pipelineId, branch }: Case['run']): string {
  if (workload === undefined) return `${pipelineId}@${branch}`;
  return `${workload.kind || 'Deployment'} ${workload.namespace || environment || 'default'}/${workload.name}`;
}
