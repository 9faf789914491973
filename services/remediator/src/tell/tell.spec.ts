import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus } from '@prunella/bus';
import { type RunningService, startService } from '@prunella/service-kit';
import { Receiver, startTestNats, type TestServer } from '@prunella/testing';
import { service as definition } from '../service.ts';

const POLICY = `version: 1
owners: [{ match: { repository: acme/shop }, owner: "@team-payments" }]
protect: [{ match: { repository: acme/quiet }, mode: observe }]
watches:
  - { name: told, match: { environment: production }, tell: [good, inconclusive] }
  - { name: silent, match: { environment: production }, tell: [] }
`;

let nats: TestServer;
let bus: Bus;
let receiver: Receiver;
let directory: string;
let replicas: RunningService[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-tell-'));
  await writeFile(join(directory, 'prunella.yaml'), POLICY);
  [nats, receiver] = await Promise.all([startTestNats(), Receiver.start()]);
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  replicas = [await start(), await start()];
}, 60_000);

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await bus.close();
  await Promise.all([nats.stop(), receiver.stop()]);
  await rm(directory, { recursive: true, force: true });
});

function start(): Promise<RunningService> {
  return startService(definition, {
    NATS_URL: nats.url,
    PORT_REMEDIATOR: '0',
    LOG_LEVEL: 'silent',
    PRUNELLA_CONFIG: join(directory, 'prunella.yaml'),
    PRUNELLA_PUBLIC_URL: 'https://heal.example',
    NOTIFY_WEBHOOK_URL: receiver.url,
  });
}

/** As often as it is sent it is delivered: nothing is left out as a duplicate. */
function send(subject: string, id: string, data: object): void {
  const message = { specversion: '1.0', type: `dev.prunella.${subject}.v1`, source: 'spec', id, data };
  bus.nats.publish(subject, JSON.stringify(message));
}

const expired = (test: string, changes: object = {}) => ({
  entryId: `quar_${test}`,
  change: 'expired',
  test,
  repository: 'acme/shop',
  reason: 'Its time (14d) is over, and it is not known to be mended: it is run again.',
  incidentIds: ['inc_1'],
  expiresAt: '2026-01-15T00:00:00Z',
  by: 'prunella',
  at: '2026-01-15T00:00:00Z',
  ...changes,
});
const ended = (runId: string, result: string, watch = 'told', repository = 'acme/shop') => ({
  ...{ incidentId: `inc_${runId}`, watch, result, says: '5 of 5 looks saw nothing', target: `Deployment ${runId}` },
  run: { pipelineId: 'deploy', repository, runId, attempt: 1, environment: 'production', kind: 'deployment' },
  looks: 10,
});

type Note = { title: string; text: string; to?: string; link?: string; key: string };
const notes = (about: string) =>
  receiver.received.map(({ body }) => body as Note).filter(({ title, text }) => `${title} ${text}`.includes(about));

async function told(about: string): Promise<Note> {
  const end = Date.now() + 25_000;
  for (;;) {
    const [note] = notes(about);
    if (note !== undefined) return note;
    if (Date.now() > end) throw new Error(`nobody was told of ${about} within 25 s`);
    await sleep(20);
  }
}

it('tells the owner that the time of a test is over: once, also by two replicas, when it comes again and after a restart', async () => {
  for (let i = 0; i < 3; i++) send('quarantine.changed', 'first', expired('test_first'));
  expect(await told('test_first')).toMatchObject({
    title: "acme/shop: a test's time in quarantine is over",
    text: expect.stringContaining('It is for @team-payments to mend.'),
    link: 'https://heal.example/incidents/inc_1',
  });
  await replicas.shift()?.close();
  replicas.push(await start());
  send('quarantine.changed', 'first', expired('test_first'));
  send('quarantine.changed', 'second', expired('test_second', { owner: '#flaky' }));
  expect(await told('test_second')).toMatchObject({ to: '#flaky', text: expect.stringContaining('#flaky to mend') });
  expect(notes('test_first')).toHaveLength(1);
});

it('tells of a deployment of which nobody knows how it is, once', async () => {
  for (let i = 0; i < 3; i++) send('watch.ended', 'unknown', ended('unknown', 'inconclusive'));
  expect(await told('Deployment unknown')).toMatchObject({
    title: 'Deployment unknown: nobody knows how its deployment is',
    text: 'The watch told ended inconclusive: 5 of 5 looks saw nothing. Nothing was done about it: look yourself.',
  });
  send('watch.ended', 'well', ended('well', 'good'));
  expect(await told('Deployment well')).toMatchObject({ title: 'Deployment well: its deployment is well' });
  expect(notes('Deployment unknown')).toHaveLength(1);
});

it('tells of a week once, also by two replicas and when it comes again', async () => {
  const week = {
    from: '2026-11-16T08:00:00Z',
    to: '2026-11-23T08:00:00Z',
    incidents: 7,
    actions: 5,
    healed: 4,
    channel: '#ci',
  };
  for (let i = 0; i < 3; i++) send('digest.made', 'week', week);
  expect(await told('7 incidents')).toMatchObject({
    title: 'Prunella from 2026-11-16 to 2026-11-23',
    text: expect.stringMatching(/^7 incidents, 4 healed, 0 with people\.\nSpent on runners: nothing\.$/),
    to: '#ci',
  });
  send('digest.made', 'next', { ...week, incidents: 8 });
  await told('8 incidents');
  expect(notes('7 incidents')).toHaveLength(1);
});

it('tells nobody of what the policy does not want to be told', async () => {
  send('watch.ended', 'silent', ended('silent', 'inconclusive', 'silent'));
  send('watch.ended', 'bad', ended('bad', 'bad'));
  send('watch.ended', 'quiet', ended('quiet', 'inconclusive', 'told', 'acme/quiet'));
  send('quarantine.changed', 'quiet', expired('test_quiet', { repository: 'acme/quiet' }));
  send('quarantine.changed', 'removed', expired('test_removed', { change: 'removed' }));
  send('watch.ended', 'forgotten', ended('forgotten', 'inconclusive', 'of-an-older-policy'));
  send('quarantine.changed', 'last', expired('test_last'));
  await told('Deployment forgotten');
  await told('test_last');
  for (const about of ['Deployment silent', 'Deployment bad', 'Deployment quiet', 'test_quiet', 'test_removed']) {
    expect([about, notes(about)]).toEqual([about, []]);
  }
});
