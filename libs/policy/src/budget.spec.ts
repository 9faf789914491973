import type { Run } from '@prunella/contracts';
import fc from 'fast-check';
import { type Expense, type Limit, limitsFor, spend } from './budget.ts';
import { diagnosisFor } from './diagnosis.fixture.ts';
import type { Case } from './match.ts';
import { parsePolicy } from './parse-policy.ts';

const HOUR = 3_600_000;

const COST = { minutes: 12, money: 0.6, currency: 'USD' };

function about(changes: Partial<Run> = {}): Case & { incidentId: string } {
  const { run, cause, incidentId } = diagnosisFor();
  return { run: { ...run, ...changes }, action: 'retry', cause, incidentId };
}

function scopes(yaml: string, changes: Partial<Run> = {}): string[] {
  const { budgets, cooldown } = parsePolicy(`version: 1\n${yaml}`);
  return limitsFor(budgets, cooldown, about(changes), COST).map(
    ({ kind, name, scope, most, unit }) =>
      `${kind} ${name}: ${most}${unit === 'actions' ? '' : ` ${unit}`} for ${scope}`,
  );
}

describe('the limits of an action', () => {
  it.each([
    ['per: everything', {}, 'budget b: 3 for '],
    ['per: repository', {}, 'budget b: 3 for acme/shop'],
    ['per: repository', { repository: '' }, 'budget b: 3 for acme/shop/ci'],
    ['per: pipeline', {}, 'budget b: 3 for acme/shop/ci'],
    ['per: branch', {}, 'budget b: 3 for acme/shop/ci@main'],
    ['per: cause', {}, 'budget b: 3 for acme/shop network'],
    ['per: target', {}, 'budget b: 3 for acme/shop/ci@main'],
    ['per: incident', {}, 'budget b: 3 for inc_1'],
    [
      'per: target',
      { workload: { kind: '', namespace: 'shop', name: 'web', container: '' } },
      'budget b: 3 for Deployment shop/web',
    ],
  ])('%s, %j', (per, changes, expected) => {
    expect(scopes(`budgets: [{ name: b, ${per}, actions: 3 }]`, changes)).toEqual([expected]);
  });

  it('are those of the budgets that match, then the cooldown', () => {
    const yaml = `
budgets:
  - { name: reruns, match: { action: [retry, retry_with_backoff] }, actions: 5 }
  - { name: rollbacks, match: { action: rollback }, actions: 1 }
cooldown: 10m`;
    expect(scopes(yaml)).toEqual(['budget reruns: 5 for acme/shop', 'cooldown retry: 1 for acme/shop/ci@main']);
  });

  it('are one for each thing that a budget counts', () => {
    expect(scopes('budgets: [{ name: b, actions: 5, minutes: 600, money: 20.5 }]')).toEqual([
      'budget b: 5 for acme/shop',
      'budget b: 600 minutes for acme/shop',
      'budget b: 20.5 money for acme/shop',
    ]);
  });

  it('must count something', () => {
    expect(() => scopes('budgets: [{ name: b }]')).toThrow(
      /budgets\[0\]: expected at least one of actions, minutes, money/,
    );
  });

  it('are there where nobody wrote any, but on the playground', () => {
    expect(scopes('')).toEqual(['budget usual: 100 for acme/shop']);
    expect(scopes('', { platform: 'playground' })).toEqual([]);
    expect(scopes('budgets: []')).toEqual([]);
  });
});

describe('spend', () => {
  const limit: Limit = {
    kind: 'budget',
    name: 'b',
    per: 'repository',
    scope: '',
    unit: 'actions',
    most: 2,
    withinMs: HOUR,
    amount: 1,
  };

  it('allows so many within the time, and counts an order once', () => {
    let expenses: readonly Expense[] = [];
    const ask = (key: string, now: number): boolean => {
      const result = spend(limit, expenses, key, now);
      expenses = result.expenses;
      return result.spending.allows;
    };
    expect([ask('a', 0), ask('a', 1), ask('b', 2), ask('c', 3), ask('a', 4)]).toEqual([true, true, true, false, true]);
    expect(ask('c', HOUR)).toBe(true);
    expect(ask('d', HOUR + 1)).toBe(false);
  });

  it('never allows more than the limit in any stretch of its length, whatever comes when', () => {
    const orders = fc.array(fc.record({ key: fc.nat(30).map(String), after: fc.nat(HOUR) }), { maxLength: 60 });
    fc.assert(
      fc.property(orders, fc.integer({ min: 0, max: 4 }), (list, most) => {
        let now = 0;
        let expenses: readonly Expense[] = [];
        const allowed = new Map<string, number>();
        for (const { key, after } of list) {
          now += after;
          const result = spend({ ...limit, most }, expenses, key, now);
          expenses = result.expenses;
          if (result.spending.allows && !allowed.has(key)) allowed.set(key, now);
          expect(expenses.length).toBeLessThanOrEqual(most);
        }
        for (const start of allowed.values()) {
          const within = [...allowed.values()].filter((at) => at >= start && at < start + HOUR);
          expect(within.length).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('never spends more minutes than there are, and remembers what each cost', () => {
    const orders = fc.array(fc.record({ key: fc.nat(30).map(String), after: fc.nat(HOUR), amount: fc.nat(40) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(orders, fc.nat(100), (list, most) => {
        let now = 0;
        let expenses: readonly Expense[] = [];
        for (const { key, after, amount } of list) {
          now += after;
          const before = expenses;
          const result = spend({ ...limit, unit: 'minutes', most, amount }, expenses, key, now);
          expenses = result.expenses;
          const spent = expenses.reduce((sum, one) => sum + (one.amount ?? 1), 0);
          expect(spent).toBeLessThanOrEqual(most);
          if (!result.spending.allows) expect(expenses).toBe(before);
        }
      }),
    );
  });

  it('counts an expense of before amounts were kept as one', () => {
    expect(spend(limit, [{ key: 'old', at: 0 }], 'new', 1).spending).toMatchObject({ spent: 1, allows: true });
  });
});
