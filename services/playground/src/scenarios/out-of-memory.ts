import type { Breakdown, Scenario } from '../simulation/scenario.ts';

export const outOfMemory: Scenario = {
  name: 'out-of-memory',
  summary: 'A bundler is killed because it needs more memory than its container has; it would be killed again.',
  repository: 'playground/storefront',
  workflow: 'ci',
  jobs: ['lint', 'bundle'],
  duration: [2_500, 4_000],
  weight: 1,
  breakdown: () => ({ job: 'bundle', step: 'Run docker run bundler', log }),
};

const log: Breakdown['log'] = (writer) => {
  writer
    .command('docker run --rm --memory 512m storefront-bundler npm run bundle')
    .line('> storefront@5.0.2 bundle')
    .line('> vite build')
    .line('vite v7.2.2 building client environment for production...')
    .line('transforming...')
    .line('4812 modules transformed.')
    .line('rendering chunks...')
    .line('Killed')
    .line('npm error code 137')
    .line('npm error path /app')
    .line('npm error command failed')
    .line('npm error signal SIGKILL')
    .line('container storefront-bundler was terminated: OOMKilled, memory limit 512Mi')
    .error('Process completed with exit code 137.');
};
