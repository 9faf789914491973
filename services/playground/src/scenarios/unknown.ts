import type { Breakdown, Scenario } from '../simulation/scenario.ts';

export const unknown: Scenario = {
  name: 'unknown',
  summary: 'A tool ends without saying why. Nobody can tell, and that is what should be said.',
  repository: 'playground/search',
  workflow: 'ci',
  jobs: ['lint', 'package'],
  duration: [1_500, 3_000],
  weight: 1,
  breakdown: (attempt) => (attempt > 1 ? undefined : { job: 'package', step: 'Run ./tools/pack', log }),
};

const log: Breakdown['log'] = (writer) => {
  writer
    .command('./tools/pack --level 9 --out dist')
    .line('pack 0.3.1')
    .line('collecting 218 entries')
    .line('writing dist/search.pk')
    .line('stage 3 of 5 ended with state 7')
    .line('giving up')
    .error('Process completed with exit code 1.');
};
