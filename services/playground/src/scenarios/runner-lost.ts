import type { Breakdown, Scenario } from '../simulation/scenario.ts';

export const runnerLost: Scenario = {
  name: 'runner-lost',
  summary: 'The runner goes away in the middle of a job; the second attempt passes.',
  repository: 'playground/search',
  workflow: 'nightly',
  jobs: ['index', 'test'],
  duration: [2_500, 4_000],
  weight: 2,
  breakdown: (attempt) => (attempt > 1 ? undefined : { job: 'index', step: 'Run npm run index', log }),
};

const log: Breakdown['log'] = (writer, random) => {
  writer.command('npm run index').line('> search@0.9.3 index').line('> node scripts/index.js --all');
  for (let part = 1; part <= 5 + Math.floor(random() * 20); part += 1) {
    writer.line(`indexed part ${part} of 64 (${part * 1_250} documents)`);
  }
  writer
    .error(
      'The runner has received a shutdown signal. This can happen when the runner service is stopped, or a manually started runner is canceled.',
    )
    .error(
      'The hosted runner lost communication with the server. Anything in your workflow that terminates the runner process, starves it for CPU/Memory, or blocks its network access can cause this error.',
    );
};
