import type { Breakdown, Scenario } from '../simulation/scenario.ts';

export const dockerHubUnavailable: Scenario = {
  name: 'docker-hub-unavailable',
  summary: 'Docker Hub answers 503 to a pull; the second attempt passes.',
  repository: 'playground/checkout',
  workflow: 'image',
  jobs: ['lint', 'image'],
  duration: [2_000, 3_500],
  weight: 2,
  breakdown: (attempt) => (attempt > 1 ? undefined : { job: 'image', step: 'Run docker build', log }),
};

const log: Breakdown['log'] = (writer) => {
  writer
    .command('docker build --pull --tag checkout:ci .')
    .line('#0 building with "default" instance using docker driver')
    .line('#1 [internal] load build definition from Dockerfile')
    .line('#1 transferring dockerfile: 1.21kB done')
    .line('#1 DONE 0.0s')
    .line('#2 [internal] load metadata for docker.io/library/node:24-bookworm-slim')
    .line(
      '#2 ERROR: unexpected status from HEAD request to https://registry-1.docker.io/v2/library/node/manifests/24-bookworm-slim: 503 Service Unavailable',
    )
    .line('------')
    .line(' > [internal] load metadata for docker.io/library/node:24-bookworm-slim:')
    .line('------')
    .line('Dockerfile:1')
    .line('--------------------')
    .line('   1 | >>> FROM node:24-bookworm-slim AS build')
    .line('   2 |     WORKDIR /app')
    .line('--------------------')
    .line(
      'ERROR: failed to solve: node:24-bookworm-slim: failed to resolve source metadata for docker.io/library/node:24-bookworm-slim: unexpected status from HEAD request to https://registry-1.docker.io/v2/library/node/manifests/24-bookworm-slim: 503 Service Unavailable',
    )
    .error('Process completed with exit code 1.');
};
