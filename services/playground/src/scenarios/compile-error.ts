import type { Breakdown, Scenario } from '../simulation/scenario.ts';

export const compileError: Scenario = {
  name: 'compile-error',
  summary: 'The change does not compile. No rerun helps: a person must change it.',
  repository: 'playground/shop',
  workflow: 'ci',
  jobs: ['lint', 'build', 'test'],
  duration: [1_500, 3_000],
  weight: 2,
  breakdown: () => ({ job: 'build', step: 'Run npm run build', log }),
};

const log: Breakdown['log'] = (writer) => {
  writer
    .command('npm ci')
    .line('added 412 packages, and audited 431 packages in 6s')
    .line('found 0 vulnerabilities')
    .command('npm run build')
    .line('> shop@3.8.1 build')
    .line('> tsc --project tsconfig.build.json')
    .line(
      "src/cart/total.ts(42,18): error TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.",
    )
    .line("src/cart/total.ts(57,9): error TS2322: Type 'undefined' is not assignable to type 'Price'.")
    .line("src/cart/discount.ts(11,31): error TS2339: Property 'percent' does not exist on type 'Discount'.")
    .line('npm error Lifecycle script `build` failed with error:')
    .line('npm error code 2')
    .line('npm error path /home/runner/work/app/app')
    .error('Process completed with exit code 2.');
};
