import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@prunella/bus';
import { type RunningService, startService } from '@prunella/service-kit';
import { FakeGitHub, networkDiagnosis, startTestNats, type TestServer } from '@prunella/testing';
import { Traffic } from '../../../tests/support/traffic.ts';
import { until } from '../../../tests/support/until.ts';
import { service as definition } from './service.ts';

/** Far from a storm; the budget and the fingerprint are those of all of them, so that replicas meet at their keys. */
const POLICY = `version: 1
mode: act
review: { comment: false }
storm: { pipelines: 1000 }
budgets: [{ name: day, per: everything, within: 1d, actions: 1000 }]
`;
const CHAINS = 24;

let nats: TestServer;
let bus: Bus;
let github: FakeGitHub;
let traffic: Traffic;
let directory: string;
const replicas: RunningService[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-replicas-'));
  await writeFile(join(directory, 'prunella.yaml'), POLICY);
  [nats, github] = await Promise.all([startTestNats(), FakeGitHub.start()]);
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  traffic = await Traffic.listen(nats.url);
});

afterAll(async () => {
  await Promise.all(replicas.map((one) => one.close()));
  await traffic.close();
  await bus.close();
  await Promise.all([nats.stop(), github.stop()]);
  await rm(directory, { recursive: true, force: true });
});

async function startReplica(): Promise<void> {
  const environment = {
    NATS_URL: nats.url,
    NATS_REPLICAS: '1',
    PORT_REMEDIATOR: '0',
    LOG_LEVEL: 'silent',
    PRUNELLA_CONFIG: join(directory, 'prunella.yaml'),
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: 'ghp_test',
  };
  replicas.push(await startService(definition, environment));
}

/** What goes over NATS from some diagnoses to all of their reruns, for each of them, by what is done: `write`, `conflict`, ... */
async function costOf(chains: number): Promise<Record<string, number>> {
  const timers = await bus.bucket('prunella_timers');
  const before = github.effects.length;
  const diagnoses = Array.from({ length: chains }, () =>
    networkDiagnosis(github.addRun(), { action: { type: 'retry', parameters: { attempts: 1 } } }),
  );
  await traffic.take();
  await Promise.all(
    diagnoses.map((data) => bus.publish('diagnosis.made', { id: `${data.incidentId}/diagnosis`, data })),
  );
  await until(() => github.effects.length >= before + chains, `${chains} reruns`, 60_000);
  // Looking for them is neither a read nor a write.
  await until(async () => (await timers.entries()).length === 0, 'the end of all timers', 60_000);
  const sums: Record<string, number> = {};
  for (const [name, count] of Object.entries(await traffic.take())) {
    const [what = ''] = name.split(' ');
    sums[what] = (sums[what] ?? 0) + count / chains;
  }
  return sums;
}

it('two replicas ask as much of NATS for each rerun as one', async () => {
  await startReplica();
  await costOf(4);
  const alone = await costOf(CHAINS);
  await startReplica();
  const both = await costOf(CHAINS);
  const { write = 0, read = 0, publish = 0, conflict = 0 } = both;
  expect(alone['conflict'] ?? 0).toBe(0);
  // They meet at the keys of the budget, the storm and the breaker; a timer is fired by one of them alone.
  expect(conflict).toBeLessThan(1);
  expect(write).toBeLessThan((alone['write'] ?? 0) * 1.4);
  expect(read).toBeLessThan((alone['read'] ?? 0) * 1.4);
  expect(publish).toBeLessThan((alone['publish'] ?? 0) * 1.2);
  expect(new Set(github.effects).size).toBe(github.effects.length);
}, 120_000);
