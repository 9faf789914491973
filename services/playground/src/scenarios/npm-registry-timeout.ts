import type { Breakdown, Scenario } from '../simulation/scenario.ts';

export const npmRegistryTimeout: Scenario = {
  name: 'npm-registry-timeout',
  summary: 'The npm registry does not answer in time; the second attempt passes.',
  repository: 'playground/shop',
  workflow: 'ci',
  jobs: ['lint', 'build', 'test'],
  duration: [1_000, 1_500],
  weight: 3,
  breakdown: (attempt) => (attempt > 1 ? undefined : { job: 'build', step: 'Run npm ci', log }),
};

const PACKAGES = ['rxjs', 'express', 'pino', 'zod', 'lodash', 'react-dom'];

const log: Breakdown['log'] = (writer, random) => {
  const name = PACKAGES[Math.floor(random() * PACKAGES.length)] ?? 'rxjs';
  const url = `https://registry.npmjs.org/${name}/-/${name}-7.8.2.tgz`;
  writer
    .command('npm ci')
    .line('npm warn deprecated inflight@1.0.6: This module is not supported, and leaks memory.')
    .line('npm warn deprecated glob@7.2.3: Glob versions prior to v9 are no longer supported')
    .line(`npm http fetch GET ${url} attempt 1 failed with ETIMEDOUT`)
    .line(`npm http fetch GET ${url} attempt 2 failed with ETIMEDOUT`)
    .line(`npm http fetch GET ${url} attempt 3 failed with ETIMEDOUT`)
    .line('npm error code ETIMEDOUT')
    .line('npm error errno ETIMEDOUT')
    .line(`npm error network request to ${url} failed, reason: connect ETIMEDOUT 104.16.27.34:443`)
    .line('npm error network This is a problem related to network connectivity.')
    .line('npm error network In most cases you are behind a proxy or have bad network settings.')
    .line('npm error A complete log of this run can be found in: /home/runner/.npm/_logs/debug-0.log')
    .error('Process completed with exit code 1.');
};
