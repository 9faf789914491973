import type { Expenses } from '@prunella/decision';
import { BudgetUse } from './budget-use.ts';

const NOW = 1_000_000;
const HOUR = 3_600_000;

function spent(name: string, most: number, ...ago: number[]): Expenses {
  return {
    expenses: ago.map((ms, n) => ({ key: `k${n}`, at: NOW - ms })),
    budget: { name, per: 'repository', unit: 'actions', most, withinMs: HOUR },
  };
}

function usedOf(changes: Record<string, Expenses | undefined>[]) {
  const use = new BudgetUse({ now: () => NOW });
  for (const change of changes) {
    for (const [key, value] of Object.entries(change)) use.note({ key, revision: 1, ...(value && { value }) });
  }
  use.fullest();
  return Object.fromEntries(use.fullest().map(({ labels, value }) => [labels.budget, value]));
}

it.each`
  what                                   | changes                                                            | used
  ${'the fullest of its repositories'}   | ${[{ a: spent('daily', 4, 1, 2), b: spent('daily', 4, 1, 2, 3) }]} | ${{ daily: 0.75 }}
  ${'nothing of what is older'}          | ${[{ a: spent('daily', 4, HOUR, 2 * HOUR) }]}                      | ${{ daily: 0 }}
  ${'all of one that allows nothing'}    | ${[{ a: spent('none', 0) }]}                                       | ${{ none: 1 }}
  ${'nothing that was forgotten'}        | ${[{ a: spent('daily', 4, 1) }, { a: undefined }]}                 | ${{}}
  ${'no cool-down, and no older record'} | ${[{ a: { expenses: [{ key: 'k', at: NOW }] } }]}                  | ${{}}
`('is $what', ({ changes, used }) => {
  expect(usedOf(changes)).toEqual(used);
});
