import { incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const NETWORK_LOG = [
  '2026-01-01T00:00:00.0000000Z ##[group]Run npm ci',
  '2026-01-01T00:00:01.0000000Z ##[endgroup]',
  '2026-01-01T00:02:01.0000000Z npm error code ETIMEDOUT',
  '2026-01-01T00:02:01.0000000Z ##[error]Process completed with exit code 1.',
].join('\n');

const POLICY = `
version: 1
mode: act
backfill:
  every: 1s
  lookBack: 1m
  grace: 0s
  repositories: [{ platform: github, repository: acme/shop }]
`;

let system: System;

beforeAll(async () => {
  system = await startSystem({ policy: POLICY });
}, 60_000);

afterAll(() => system?.stop());

it('without any webhook a failure is found, healed, and proven to be: one incident that says how it became known', async () => {
  const { github } = system;
  github.addRun({ createdAt: '2026-01-01T00:00:00Z', conclusion: 'success' });
  await until(() => github.requests.some((one) => one.endsWith('/shop/actions/runs')), 'the first round');
  const run = github.addRun({
    updatedAt: new Date().toISOString(),
    jobs: [{ name: 'build', conclusion: 'failure', failedStep: 'Run npm ci', log: NETWORK_LOG }],
  });
  await until(() => github.effects.length > 0, 'the rerun');
  github.completeRun(run, 'success');
  const incident = await incidentWith(system, ({ outcome }) => outcome === 'healed', 'healed');
  expect(incident).toMatchObject({ repository: 'acme/shop', source: 'github', state: 'closed' });
  // The webhooks come after all.
  expect((await system.deliver(run)).status).toBe(202);
  const page = await system.api<{ timeline: { type: string; says: string }[] }>(`/v1/incidents/${incident.id}`);
  const failures = page.timeline.filter(({ type }) => type === 'pipeline.failed');
  expect(failures).toHaveLength(1);
  expect(failures[0]?.says).toMatch(/No webhook told of it: found by asking github \d+ min later\./);
  expect(await system.incidents()).toHaveLength(1);
  expect(github.effects).toEqual([`acme/shop#${run.id} -> 2`]);
  expect(github.violations).toEqual([]);
});
