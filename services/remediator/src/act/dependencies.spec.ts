import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type DependencyState, type DiagnosisMade, type Events, readMessage, type Subject } from '@prunella/contracts';
import { iso, type ProbeResult } from '@prunella/core';
import { askDependencies } from '@prunella/decision';
import { afterProbe, type DependencyRecord, parsePolicy } from '@prunella/policy';
import { type RunningService, startService } from '@prunella/service-kit';
import { FakeGitHub, networkDiagnosis, Receiver, startTestNats, type TestServer } from '@prunella/testing';
import { orderFor } from '../order.fixture.ts';
import { service as definition } from '../service.ts';

const MINUTE = 60_000;
const POLICY = `
version: 1
mode: act
dependencies:
  - { name: npm, kind: registry, url: "https://registry.example", interval: 20s, waitAtMost: 10m }
  - { name: db, kind: tcp, host: db.example, port: 5432 }
`;

describe('a rerun', () => {
  const naming = (text: string) => orderFor({ evidence: [{ line: 1, text, job: 'build' }] });
  const npm = naming('GET https://registry.example/x: ETIMEDOUT');

  it.each`
    what                               | order                                                                                    | state          | heldForMs      | word
    ${'names nothing'}                 | ${orderFor()}                                                                            | ${'down'}      | ${undefined}   | ${undefined}
    ${'names what is up'}              | ${npm}                                                                                   | ${'up'}        | ${undefined}   | ${undefined}
    ${'names what nobody knows'}       | ${npm}                                                                                   | ${'unknown'}   | ${undefined}   | ${undefined}
    ${'names what is down'}            | ${npm}                                                                                   | ${'down'}      | ${undefined}   | ${'wait'}
    ${'names what is suspected'}       | ${npm}                                                                                   | ${'suspected'} | ${undefined}   | ${'wait'}
    ${'names it in its diagnosis'}     | ${orderFor({ diagnosis: 'db.example:5432 refused the connection.' })}                    | ${'down'}      | ${undefined}   | ${'wait'}
    ${'waits already'}                 | ${npm}                                                                                   | ${'down'}      | ${9 * MINUTE}  | ${'wait'}
    ${'has waited long enough'}        | ${npm}                                                                                   | ${'down'}      | ${10 * MINUTE} | ${'give-up'}
    ${'has waited, and it is up'}      | ${npm}                                                                                   | ${'up'}        | ${60 * MINUTE} | ${undefined}
    ${'is none, but a note'}           | ${{ ...npm, action: { type: 'notify_human', parameters: {} } }}                          | ${'down'}      | ${undefined}   | ${undefined}
    ${'takes another path'}            | ${{ ...npm, action: { type: 'alternative_path', parameters: {} } }}                      | ${'down'}      | ${undefined}   | ${undefined}
    ${'waits for it in so many words'} | ${{ ...npm, cause: 'unknown', action: { type: 'wait_for_dependency', parameters: {} } }} | ${'down'}      | ${undefined}   | ${'wait'}
    ${'failed by its own code'}        | ${{ ...npm, cause: 'test_failure' }}                                                     | ${'down'}      | ${undefined}   | ${undefined}
  `('that $what ($state): $word', async ({ order, state, heldForMs, word }) => {
    const now = 100 * MINUTE;
    const asked = await askDependencies(order, heldForMs === undefined ? undefined : now - heldForMs, {
      policy: parsePolicy(POLICY),
      clock: { now: () => now },
      random: () => 0.5,
      standing: async () => ({ state: state as DependencyState, since: 0, reason: 'as told' }),
    });
    expect(asked?.kind).toBe(word);
    if (asked?.kind === 'wait' && order === npm) expect(asked.afterMs).toBe(20_000);
  });
});

let nats: TestServer;
let bus: Bus;
let github: FakeGitHub;
let receiver: Receiver;
let directory: string;
let service: RunningService;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-waiting-'));
  [nats, github, receiver] = await Promise.all([startTestNats(), FakeGitHub.start(), Receiver.start()]);
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
});

afterEach(async () => {
  await service?.close();
});

afterAll(async () => {
  await bus.close();
  await Promise.all([nats.stop(), github.stop(), receiver.stop()]);
  await rm(directory, { recursive: true, force: true });
});

/** What is declared; `host` tells the tests apart. */
async function start(host: string, more: string): Promise<(result: ProbeResult) => Promise<void>> {
  const file = join(directory, 'prunella.yaml');
  const policy = `version: 1\nmode: act\ndependencies: [{ name: it, kind: tcp, host: ${host}, port: 443, interval: 1s, downAfter: 1, upAfter: 1${more} }]\n`;
  await writeFile(file, policy);
  service = await startService(definition, {
    ...{ NATS_URL: nats.url, PORT_REMEDIATOR: '0', LOG_LEVEL: 'silent', PRUNELLA_CONFIG: file },
    ...{ GITHUB_API_URL: github.url, GITHUB_TOKEN: 'ghp_test', SLACK_WEBHOOK_URL: `${receiver.url}/slack` },
  });
  const [dependency] = parsePolicy(policy).dependencies;
  const bucket = await bus.bucket<DependencyRecord>('prunella_dependencies');
  // as the detector writes it; from a while on, so that it counts for all of the test
  return async (result) => {
    if (dependency !== undefined)
      await bucket.put('it', afterProbe(undefined, dependency, result, Date.now() + MINUTE));
  };
}

async function diagnose(diagnosis: DiagnosisMade): Promise<void> {
  await bus.publish('diagnosis.made', {
    id: `${diagnosis.incidentId}/diagnosis`,
    data: diagnosis,
    time: iso(Date.now()),
  });
}

async function event<S extends Subject>(subject: S, fits: (data: Events[S]) => boolean): Promise<Events[S]> {
  const end = Date.now() + 25_000;
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  for (let seq = 1; Date.now() < end; ) {
    const message = await stream.getMessage({ seq });
    if (message === null) {
      await sleep(25);
      continue;
    }
    seq += 1;
    if (message.subject !== subject) continue;
    const { data } = readMessage(subject, message.data, { id: String(seq), source: 'spec' });
    if (fits(data)) return data;
  }
  throw new Error(`no such event on ${subject} within 25 s`);
}

const down: ProbeResult = { kind: 'failed', says: 'a.example:443 does not answer: ECONNREFUSED' };
const up: ProbeResult = { kind: 'ok', says: 'it accepts connections' };

function naming(host: string): DiagnosisMade {
  const evidence = [{ line: 7, text: `connect ETIMEDOUT ${host}:443`, job: 'build' }];
  const parameters = { attempts: 3, firstDelay: '10ms', factor: 1 };
  return networkDiagnosis(github.addRun(), { evidence, action: { type: 'wait_for_dependency', parameters } });
}

it('waits while the dependency is down, says so, and goes on when it is up', async () => {
  const probed = await start('a.example', '');
  await probed(down);
  const diagnosis = naming('a.example');
  await diagnose(diagnosis);
  const mine = ({ incidentId }: { incidentId: string }) => incidentId === diagnosis.incidentId;
  const held = await event(
    'action.scheduled',
    (data) => mine(data) && data.reasons.some(({ check }) => check === 'dependency'),
  );
  expect(held.reasons.at(-1)).toEqual({
    check: 'dependency',
    allows: false,
    says: 'it (a.example:443) is down: a.example:443 does not answer: ECONNREFUSED',
  });
  expect(github.effects).toEqual([]);
  await probed(up);
  expect(await event('action.executed', mine)).toMatchObject({ status: 'executed', verdict: 'acting' });
  expect(github.effects).toHaveLength(1);
});

it('hands over to people, who are told why, when that takes too long', async () => {
  const probed = await start('b.example', ', waitAtMost: 1500ms');
  await probed(down);
  github.effects.length = 0;
  const diagnosis = naming('b.example');
  await diagnose(diagnosis);
  const executed = await event('action.executed', ({ incidentId }) => incidentId === diagnosis.incidentId);
  expect(executed).toMatchObject({
    status: 'handed_over',
    explanation: expect.stringMatching(/^Nothing was done: it \(b\.example:443\) is still down after 1\.5s: /),
  });
  const end = Date.now() + 20_000;
  while (receiver.received.length === 0 && Date.now() < end) await sleep(25);
  expect(JSON.stringify(receiver.received)).toContain('is still down after');
  expect(github.effects).toEqual([]);
});
