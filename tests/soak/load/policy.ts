import { PROMISED } from '../../chaos/suite/load/promised.ts';

/**
 * With limits that count all the time and hardly ever hold anything back: the load has to go on. Questions that nobody answers are over within a minute, so that as many end as begin.
 */
export const POLICY = [
  'attempts: 3',
  'approveWithin: 1m',
  'breaker: { failures: 100 }',
  'storm: { pipelines: 1000 }',
  'budgets: [{ name: each, per: repository, within: 10m, actions: 1000 }]',
  'pipelines:',
  ...PROMISED.repositories.map(({ prefix, mode }) => `  - { match: { repository: "${prefix}*" }, mode: ${mode} }`),
  '',
].join('\n');
