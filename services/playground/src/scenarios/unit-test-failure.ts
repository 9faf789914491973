import type { Breakdown, Scenario } from '../simulation/scenario.ts';

export const unitTestFailure: Scenario = {
  name: 'unit-test-failure',
  summary: 'A unit test fails because the change is wrong. No rerun helps: a person must change it.',
  repository: 'playground/checkout',
  workflow: 'ci',
  jobs: ['lint', 'test'],
  duration: [2_000, 3_500],
  weight: 2,
  breakdown: () => ({ job: 'test', step: 'Run npm test', log }),
};

const log: Breakdown['log'] = (writer) => {
  writer
    .command('npm ci')
    .line('added 401 packages, and audited 417 packages in 5s')
    .command('npm test')
    .line('> checkout@1.12.0 test')
    .line('> jest')
    .line('PASS src/price/round.spec.ts')
    .line('PASS src/price/tax.spec.ts')
    .line('FAIL src/basket/basket.spec.ts')
    .line('  ● Basket › adds the shipping once')
    .line()
    .line('    expect(received).toBe(expected) // Object.is equality')
    .line()
    .line('    Expected: 1490')
    .line('    Received: 1980')
    .line()
    .line('      31 |     basket.add(book);')
    .line('      32 |     basket.add(book);')
    .line('    > 33 |     expect(basket.total()).toBe(1490);')
    .line('         |                            ^')
    .line('      34 |   });')
    .line()
    .line('      at Object.toBe (src/basket/basket.spec.ts:33:28)')
    .line()
    .line('Test Suites: 1 failed, 2 passed, 3 total')
    .line('Tests:       1 failed, 17 passed, 18 total')
    .line('Snapshots:   0 total')
    .line('Time:        2.118 s')
    .line('Ran all test suites.')
    .error('Process completed with exit code 1.');
};
