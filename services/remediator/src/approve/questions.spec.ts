import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, type JsonBucket } from '@prunella/bus';
import { parseData } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import {
  FakeGitHub,
  type FakeRun,
  FakeSlack,
  networkDiagnosis,
  startTestNats,
  type TestServer,
} from '@prunella/testing';
import type { Timer } from '../act/timers.ts';
import { service as definition } from '../service.ts';

const POLICY = `version: 1
mode: approve
approvals: [{ match: { branch: two/* }, by: [ada, bob], quorum: 2 }]
notify: { on: [requested] }
`;

let nats: TestServer;
let bus: Bus;
let github: FakeGitHub;
let slack: FakeSlack;
let directory: string;
let timers: JsonBucket<Timer>;
const replicas: RunningService[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-questions-'));
  await writeFile(join(directory, 'prunella.yaml'), POLICY);
  [nats, github, slack] = await Promise.all([startTestNats(), FakeGitHub.start(), FakeSlack.start()]);
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  for (let i = 0; i < 2; i++) {
    replicas.push(
      await startService(definition, {
        NATS_URL: nats.url,
        PORT_REMEDIATOR: '0',
        LOG_LEVEL: 'silent',
        PRUNELLA_CONFIG: join(directory, 'prunella.yaml'),
        GITHUB_API_URL: github.url,
        GITHUB_TOKEN: 'ghp_test',
        SLACK_API_URL: slack.url,
        SLACK_BOT_TOKEN: slack.token,
        SLACK_CHANNEL: 'C0BUILDS',
      }),
    );
  }
  timers = await bus.bucket<Timer>('prunella_timers');
}, 60_000);

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await bus.close();
  await Promise.all([nats.stop(), github.stop(), slack.stop()]);
  await rm(directory, { recursive: true, force: true });
});

async function until<T>(look: () => T | Promise<T>, what: string): Promise<NonNullable<Awaited<T>>> {
  const end = Date.now() + 25_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end)
      throw new Error(
        `not within 25 s: ${what}; Slack shows ${slack.messages.map(({ blocks }) => JSON.stringify(blocks[1])).join('\n')}`,
      );
    await sleep(20);
  }
}

let count = 0;

/** A failed run about which Slack was asked. */
async function asked(branch = `feature/${++count}`): Promise<FakeRun> {
  const run = github.addRun({ branch });
  await diagnose(run);
  await until(() => textOf(run).includes('prunella_approve'), 'the question');
  return run;
}

async function diagnose(run: FakeRun, attempt = 1): Promise<void> {
  const diagnosis = networkDiagnosis(run);
  const data = { ...diagnosis, run: { ...diagnosis.run, attempt } };
  await bus.publish('diagnosis.made', { id: `${diagnosis.incidentId}/${attempt}`, data });
}

/** As the console and the command line do. */
async function answer(run: FakeRun, approved: boolean, by = 'ada'): Promise<void> {
  const data = { incidentId: `inc_${run.id}`, attempt: 1, action: 'retry_with_backoff' as const, approved, by };
  await bus.publish('action.approved', {
    id: `${run.id}/${by}`,
    data: { ...data, reason: 'looked at it', at: '2026-01-01T10:00:00.000Z' },
  });
}

const messagesOf = ({ id }: FakeRun, attempt = 1) =>
  slack.messages.filter(({ metadata }) => metadata?.event_payload['key'] === `inc_${id}.${attempt}.asked.note`);
const textOf = (run: FakeRun) => JSON.stringify(messagesOf(run)[0]?.blocks ?? []);
const says = (run: FakeRun, text: string) => until(() => textOf(run).includes(text), text);

it('says who approved it elsewhere, when and why, and what became of it; without buttons', async () => {
  const run = await asked();
  await answer(run, true);
  await says(run, `Approved by ada at 2026-01-01T10:00:00Z: looked at it. Prunella reran the failed jobs`);
  expect(textOf(run)).not.toContain('prunella_approve');
  expect(messagesOf(run)).toHaveLength(1);
  expect(slack.violations).toEqual([]);
});

it('says who rejected it, also when Slack is slow to take it', async () => {
  const run = await asked();
  slack.failNext('chat.update', { status: 429, headers: { 'retry-after': '1' } }, 'lost');
  await answer(run, false);
  await says(run, 'Rejected by ada at 2026-01-01T10:00:00Z: looked at it.');
  expect(textOf(run)).not.toContain('prunella_approve');
});

it('keeps its buttons after the first of two', async () => {
  const run = await asked(`two/${++count}`);
  await answer(run, true);
  await says(run, 'Approved by ada at 2026-01-01T10:00:00Z: looked at it: 1 of 2.');
  expect(textOf(run)).toContain('prunella_approve');
  await answer(run, true, 'bob');
  await says(run, 'Approved by bob');
  expect(textOf(run)).not.toContain('prunella_approve');
});

it('loses its buttons when nobody answered in time', async () => {
  const run = await asked();
  const key = `inc_${run.id}.1.expire`;
  const waiting = await until(() => timers.get(key), 'the end of the time');
  await timers.put(key, { ...waiting.value, dueAt: Date.now() });
  await says(run, 'Nobody answered by ');
  expect(textOf(run)).not.toContain('prunella_approve');
});

it('loses its buttons when the pipeline passes without an answer', async () => {
  const run = await asked();
  const data = parseData('pipeline.finished', {
    ...networkDiagnosis(run).run,
    attempt: 2,
    incidentId: `inc_${run.id}`,
    conclusion: 'success',
  });
  await bus.publish('pipeline.finished', { id: `${run.id}/2`, source: 'spec', data });
  await says(run, 'No answer is needed any more: attempt 2 passed without it.');
  expect(textOf(run)).not.toContain('prunella_approve');
  const stream = await bus.jetstream.streams.get('PRUNELLA');
  const executed = await stream.getMessage({ last_by_subj: 'action.executed' });
  expect(executed?.json()).toMatchObject({ data: { incidentId: `inc_${run.id}`, status: 'superseded' } });
});

it('is asked anew after the next attempt failed, in a message of its own', async () => {
  const run = await asked();
  await diagnose(run, 2);
  await says(run, 'attempt 2 failed, too, and is decided anew.');
  expect(textOf(run)).not.toContain('prunella_approve');
  await until(() => messagesOf(run, 2).length === 1, 'the second question');
});

it('is posted once, also when the answer of Slack is lost', async () => {
  slack.failNext('chat.postMessage', 'lost');
  const run = await asked();
  await answer(run, false);
  await says(run, 'Rejected by ada');
  expect(messagesOf(run)).toHaveLength(1);
});
