import type { ActionType, Run } from '@prunella/contracts';
import { costOf } from './costs.ts';
import { diagnosisFor } from './diagnosis.fixture.ts';
import { parsePolicy } from './parse-policy.ts';

const PRICES = `
costs:
  currency: EUR
  usual: 20m
  prices:
    - { match: { repository: acme/shop }, perMinute: 0.5 }
    - { perMinute: 0.25 }
`;

function cost(yaml: string, action: ActionType, lastedMs?: number, changes: Partial<Run> = {}) {
  const { run, cause } = diagnosisFor();
  const { costs } = parsePolicy(`version: 1\n${yaml}`);
  return costOf(costs, { run: { ...run, repository: 'acme/shop', ...changes }, cause, action }, lastedMs);
}

it.each`
  what                                 | yaml      | action                | lastedMs     | repository     | minutes | money  | currency
  ${'as long as what failed'}          | ${PRICES} | ${'retry'}            | ${600_000}   | ${'acme/shop'} | ${10}   | ${5}   | ${'EUR'}
  ${'a begun minute is one'}           | ${PRICES} | ${'retry'}            | ${1_000}     | ${'acme/shop'} | ${1}    | ${0.5} | ${'EUR'}
  ${'the usual where nobody knows'}    | ${PRICES} | ${'retry'}            | ${undefined} | ${'acme/shop'} | ${20}   | ${10}  | ${'EUR'}
  ${'the first price that matches'}    | ${PRICES} | ${'alternative_path'} | ${120_000}   | ${'acme/blog'} | ${2}    | ${0.5} | ${'EUR'}
  ${'no runner, no cost'}              | ${PRICES} | ${'rollback'}         | ${600_000}   | ${'acme/shop'} | ${0}    | ${0}   | ${'EUR'}
  ${'no price: minutes that are free'} | ${''}     | ${'retry'}            | ${undefined} | ${'acme/shop'} | ${10}   | ${0}   | ${'USD'}
`('$what', ({ yaml, action, lastedMs, repository, minutes, money, currency }) => {
  expect(cost(yaml, action, lastedMs, { repository })).toEqual({ minutes, money, currency });
});

it.each`
  action                | minutes
  ${'retry'}            | ${0}
  ${'alternative_path'} | ${20}
`('$action of a deployment uses a runner for $minutes minutes', ({ action, minutes }) => {
  expect(cost(PRICES, action, undefined, { kind: 'deployment' })).toMatchObject({ minutes });
});

it('refuses a currency that is none', () => {
  expect(() => parsePolicy('version: 1\ncosts: { currency: euros }\n')).toThrow(
    /costs\.currency: expected a currency code/,
  );
});
