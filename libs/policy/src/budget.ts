import { Duration, parseDuration } from '@prunella/core';
import { z } from 'zod';
import type { Cost } from './costs.ts';
import { type Case, Match, matches } from './match.ts';

/** What a budget is kept apart for. */
const SCOPES = ['everything', 'repository', 'pipeline', 'branch', 'cause', 'target', 'incident'] as const;
type Scope = (typeof SCOPES)[number];

/** What a budget counts. */
const UNITS = ['actions', 'minutes', 'money'] as const;
type Unit = (typeof UNITS)[number];

const LONGEST_WINDOW = parseDuration('31d') ?? 0;
/** However cheap they are: what was spent is kept in one value, which must stay small. */
const MOST_EXPENSES = 5_000;

/** At most so much within any such time. */
export const Budget = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'expected a name of small letters, digits and hyphens' })
      .describe('Shown in messages, reasons and metrics; different names.'),
    match: Match.optional().describe('Actions that this budget is for. Default: all that have an effect.'),
    per: z.enum(SCOPES).default('repository').describe('A budget of its own for each of these.'),
    within: Duration.refine((ms) => ms >= 60_000 && ms <= LONGEST_WINDOW, {
      error: 'expected a duration from 1m to 31d',
    })
      .prefault('1d')
      .describe('Counted in any stretch of this length, not by the calendar.'),
    actions: z.int().min(0).max(1_000).optional().describe('Actions that it allows; 0 allows none.'),
    minutes: z
      .number()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('Runner minutes that it allows, as `costs` expects them.'),
    money: z.number().min(0).max(1_000_000_000).optional().describe('Money that it allows, by the prices of `costs`.'),
  })
  .refine((budget) => UNITS.some((unit) => budget[unit] !== undefined), {
    error: 'expected at least one of actions, minutes, money',
    when: ({ issues }) => issues.length === 0,
  });
export type Budget = z.infer<typeof Budget>;

/** Something that is spent by acting. */
export interface Limit {
  /** `budget` or `cooldown`: the check that it belongs to. */
  kind: 'budget' | 'cooldown';
  /** The budget's name; for people and as a key. */
  name: string;
  /** For what it is kept apart: one of these. */
  per: Scope;
  /** Which one of them, e.g. `acme/shop`. */
  scope: string;
  unit: Unit;
  /** So much within the time. */
  most: number;
  withinMs: number;
  /** What this very action would spend of it. */
  amount: number;
}

/** A limit, and how it stands for one decision. */
export interface Spending {
  limit: Limit;
  /** What others have spent within the time. */
  spent: number;
  /** Whether this one fits. */
  allows: boolean;
}

/** What was spent: by which order, when (in ms since the epoch), how much (1 where it is not said). */
export interface Expense {
  key: string;
  at: number;
  amount?: number;
}

/** The limits that an action has to keep, in the order in which they are asked. @param cost what the action is expected to cost. */
export function limitsFor(
  budgets: readonly Budget[],
  cooldownMs: number,
  about: Case & { incidentId: string },
  cost: Cost,
): Limit[] {
  const amounts: Readonly<Record<Unit, number>> = { actions: 1, minutes: cost.minutes, money: cost.money };
  const kept = budgets
    .filter(({ match }) => match === undefined || matches(match, about))
    .flatMap((budget) =>
      UNITS.flatMap((unit): Limit[] => {
        const most = budget[unit];
        if (most === undefined) return [];
        const { name, per, within: withinMs } = budget;
        const scope = scopeOf(per, about);
        return [{ kind: 'budget', name, per, scope, unit, most, withinMs, amount: amounts[unit] }];
      }),
    );
  if (cooldownMs === 0) return kept;
  const target: Limit = {
    kind: 'cooldown',
    name: about.action,
    per: 'target',
    scope: scopeOf('target', about),
    unit: 'actions',
    most: 1,
    withinMs: cooldownMs,
    amount: 1,
  };
  return [...kept, target];
}

/**
 * Spends what an action needs of a limit. The same key again spends nothing more; what is older than the limit's time is forgotten.
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
  const spent = others.reduce((sum, { amount = 1 }) => sum + amount, 0);
  const fits = spent + limit.amount <= limit.most + ROUNDING && others.length < MOST_EXPENSES;
  const spending = { limit, spent, allows: mine !== undefined || fits };
  if (!fits || mine !== undefined) return { spending, expenses };
  return { spending, expenses: [...others, { key, at: now, amount: limit.amount }] };
}

/** Sums of money are no exact numbers. */
const ROUNDING = 1e-9;

function scopeOf(per: Scope, { run, cause, incidentId }: Case & { incidentId: string }): string {
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
    case 'incident':
      return incidentId;
  }
}

function targetOf({ workload, environment, pipelineId, branch }: Case['run']): string {
  if (workload === undefined) return `${pipelineId}@${branch}`;
  return `${workload.kind || 'Deployment'} ${workload.namespace || environment || 'default'}/${workload.name}`;
}
