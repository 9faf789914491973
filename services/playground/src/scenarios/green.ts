import type { Scenario } from '../simulation/scenario.ts';

export const green: Scenario = {
  name: 'green',
  summary: 'Nothing goes wrong.',
  repository: 'playground/shop',
  workflow: 'ci',
  jobs: ['lint', 'build', 'test'],
  duration: [1_500, 3_000],
  weight: 4,
  breakdown: () => undefined,
};
