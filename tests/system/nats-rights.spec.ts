import { Bus } from '@prunella/bus';
import { type GuardedNats, startGuardedNats } from '@prunella/testing';
import { incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const NETWORK_LOG = [
  '2026-01-01T00:00:01.0000000Z npm ci',
  '2026-01-01T00:02:01.0000000Z npm error code ETIMEDOUT',
  '2026-01-01T00:02:01.0000000Z ##[error]Process completed with exit code 1.',
].join('\n');

let nats: GuardedNats;
let system: System;

beforeAll(async () => {
  nats = await startGuardedNats({ tls: true });
  system = await startSystem({ policy: 'version: 1\nmode: act\n', guarded: nats });
}, 240_000);

afterAll(() => system.stop());

/** A failed run, until it was healed by a rerun. */
async function heal(): Promise<void> {
  const { github } = system;
  const before = github.effects.length;
  const run = github.addRun({
    jobs: [{ name: 'build', conclusion: 'failure', failedStep: 'npm ci', log: NETWORK_LOG }],
  });
  expect((await system.deliver(run)).status).toBe(202);
  await until(() => github.effects.length > before, 'the rerun', 60_000);
  github.completeRun(run, 'success');
  await system.deliver(run);
  const runId = String(run.id);
  await incidentWith(system, (one) => one.runId === runId && one.outcome === 'healed', 'healed', 60_000);
}

/** Which service was refused what; the specs' own connection is the admin's. */
async function refusals(): Promise<string[]> {
  return (await nats.refusals()).map((line) => /(\w+) Violation - .*$/.exec(line)?.[0] ?? line);
}

it('heals over TLS with a user for each service, and nobody asks for more than it may', async () => {
  await heal();
  const { services } = await system.api<{ services: { name: string; replicas: unknown[] }[] }>('/v1/doctor');
  expect(
    services
      .filter(({ replicas }) => replicas.length > 0)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['auditor', 'detector', 'diagnoser', 'remediator']);
  expect(await refusals()).toEqual([]);
}, 150_000);

it('goes on after the server was away', async () => {
  await nats.kill();
  await nats.restart();
  await heal();
  expect(await refusals()).toEqual([]);
}, 150_000);

it('who trusts nobody of that CA, or has no password, is not let in', async () => {
  const url = nats.urlOf('detector');
  await expect(Bus.connect({ servers: url, name: 'spec' })).rejects.toThrow(/certificate|TLS|closed/i);
  const without = url.replace(/\/\/[^@]*@/, '//');
  const { caFile } = nats;
  await expect(Bus.connect({ servers: without, caFile, name: 'spec' })).rejects.toThrow(/[Aa]uthorization/);
});

it('a detector that was taken over approves nothing', async () => {
  const { caFile } = nats;
  const taken = await Bus.connect({ servers: nats.urlOf('detector'), caFile, name: 'detector' });
  const data = { incidentId: 'inc_1', attempt: 1, action: 'retry', approved: true, by: 'mallory' } as never;
  await expect(taken.publish('action.approved', { id: 'forged', data })).rejects.toThrow(/does not let this user/);
  await taken.close();
  expect(await refusals()).toEqual([expect.stringContaining('Subject "action.approved"')]);
});
