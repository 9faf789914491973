import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { sign } from '@octokit/webhooks-methods';
import { Bus, type ConsumerName, EVENTS, type Origin, type ReplyTo } from '@prunella/bus';
import { type Envelope, type Events, readMessage, SUBJECTS, type Subject } from '@prunella/contracts';
import { replyKey, startedRunKey } from '@prunella/core';
import { type RunningService, startService } from '@prunella/service-kit';
import { pressButton, signedBySlack, startTestNats, type TestServer } from '@prunella/testing';
import { detector } from './service.ts';

const SECRET = 'It is a secret to everybody';
const TOKEN = 'a-token-for-the-api';

type Payload = Record<string, Record<string, unknown>>;
const published = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json'), 'utf8'),
) as { name: string; examples: Payload[] }[];

/** GitHub's example of a completed run, as run `id`. */
function completedRun(id: number, changes: Record<string, unknown> = {}): Payload {
  const found = published
    .find((entry) => entry.name === 'workflow_run')
    ?.examples.find((payload) => payload['workflow_run']?.['conclusion'] === 'success');
  const payload = structuredClone(found) as Payload;
  Object.assign(payload['workflow_run'] as object, { id, conclusion: 'failure', ...changes });
  return payload;
}

let nats: TestServer;
let service: RunningService;
let bus: Bus;

beforeAll(async () => {
  nats = await startTestNats();
  service = await start({ GITHUB_WEBHOOK_SECRET: SECRET, PRUNELLA_API_TOKEN: TOKEN });
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
});

afterAll(async () => {
  await bus?.close();
  await service?.close();
  await nats?.stop();
});

function start(variables: Record<string, string>): Promise<RunningService> {
  return startService(detector, { NATS_URL: nats.url, PORT_DETECTOR: '0', LOG_LEVEL: 'silent', ...variables });
}

/** Everything on the stream, in order. */
async function events(): Promise<Envelope[]> {
  const manager = await bus.jetstream.jetstreamManager();
  const { state } = await manager.streams.info(EVENTS.name);
  const all: Envelope[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage(EVENTS.name, { seq });
    if (message === null) continue;
    const subject = SUBJECTS.find((known) => known === message.subject) as Subject;
    if (isGarbage(message.string())) continue;
    all.push(readMessage(subject, message.data, { id: String(seq), source: 'nats' }));
  }
  return all;
}

/** What the specs themselves put there to be refused. */
function isGarbage(text: string): boolean {
  return text === 'not json' || text.includes('exploded');
}

async function ofIncident(incidentId: unknown): Promise<Envelope[]> {
  return (await events()).filter((event) => 'incidentId' in event.data && event.data.incidentId === incidentId);
}

/** Resolves when the consumer has handled everything that is on the stream. */
async function caughtUp(consumer: ConsumerName): Promise<void> {
  const manager = await bus.jetstream.jetstreamManager();
  for (;;) {
    const info = await manager.consumers.info(EVENTS.name, consumer);
    if (info.num_pending === 0 && info.num_ack_pending === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface Answer {
  status: number;
  type: string | null;
  json: Record<string, unknown>;
}

async function post(
  path: string,
  body: string | Buffer,
  headers: Record<string, string>,
  to = service,
): Promise<Answer> {
  const response = await fetch(new URL(path, to.url), {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

async function deliver(payload: unknown, headers: Record<string, string> = {}, secret = SECRET): Promise<Answer> {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return post('/webhooks/github', body, {
    'x-github-event': 'workflow_run',
    'x-hub-signature-256': await sign(secret, body),
    ...headers,
  });
}

async function metric(line: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', service.url))).text();
  return Number(
    text
      .split('\n')
      .find((candidate) => candidate.startsWith(`${line} `))
      ?.split(' ')
      .at(-1) ?? 0,
  );
}

describe('what a sender wrote', () => {
  const original = (id: unknown, token?: string) =>
    fetch(new URL(`/v1/originals/${id}`, service.url), { headers: token ? { authorization: `Bearer ${token}` } : {} });

  it('can be looked up from the failure that it was made of, without its secrets', async () => {
    const payload = completedRun(4_711, { display_title: 'use token=hunter22hunter22' });
    const { json } = await deliver(payload);
    await caughtUp('detector-finished');
    const [finished, failed] = await ofIncident(json['incidentId']);
    const { originalId } = (finished as Envelope).data as Events['pipeline.finished'];
    expect(failed).toMatchObject({ subject: 'pipeline.failed', data: { originalId } });
    let answer = await original(originalId, TOKEN);
    // No event waits for it.
    for (const end = Date.now() + 20_000; answer.status === 404 && Date.now() < end; )
      answer = await original(originalId, TOKEN);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(JSON.parse(text)).toMatchObject({ action: 'completed', workflow_run: { id: 4_711 } });
    expect(text).not.toContain('hunter22');
  });

  it('is not unpacked when it is none that we packed', async () => {
    await original('0'.repeat(40), TOKEN);
    await bus.jetstream.publish(`original.${'b'.repeat(40)}`, gzipSync(Buffer.alloc(32 * 1024 ** 2, ' ')));
    expect((await original('b'.repeat(40), TOKEN)).status).toBe(404);
  });

  it.each`
    id                | token        | status
    ${'0'.repeat(40)} | ${TOKEN}     | ${404}
    ${'original.%3E'} | ${TOKEN}     | ${404}
    ${'0'.repeat(40)} | ${undefined} | ${401}
  `('$id with the token $token is answered $status', async ({ id, token, status }) => {
    expect((await original(id, token)).status).toBe(status);
  });
});

describe('a button that was pressed in Slack', () => {
  const slackSecret = 'e8b1f0a7';
  const about = JSON.stringify({ incident: 'inc_slack', attempt: 1, action: 'retry' });
  const message = {
    blocks: [
      {
        type: 'actions',
        elements: [{ type: 'button', action_id: 'prunella_approve', text: { text: 'Approve' }, value: about }],
      },
    ],
  };
  const press = (secret: string) => {
    const responseUrl = 'https://hooks.slack.com/actions/T/1/x';
    const user = { id: 'U1', username: 'ada' };
    return pressButton(message, 'Approve', { user, secret, responseUrl });
  };

  it('is one answer on the bus however often it comes, with where to reply to it, and is answered with 200', async () => {
    const own = await start({ SLACK_SIGNING_SECRET: slackSecret });
    try {
      const { body, headers } = press(slackSecret);
      const first = await post('/webhooks/slack', body, headers, own);
      expect([first.status, first.json]).toEqual([200, expect.objectContaining({ incidentId: 'inc_slack' })]);
      expect((await post('/webhooks/slack', body, headers, own)).status).toBe(200);
      const answers = await ofIncident('inc_slack');
      expect(answers).toMatchObject([
        { subject: 'action.approved', source: 'slack', data: { approved: true, by: 'slack:ada (U1)' } },
      ]);
      const replies = await bus.bucket<ReplyTo>('prunella_replies');
      const kept = await replies.get(replyKey(answers[0]?.id ?? ''));
      expect(kept?.value).toEqual({ address: 'https://hooks.slack.com/actions/T/1/x' });
      expect((await post('/webhooks/slack', `${body}&x=1`, headers, own)).status).toBe(401);
      const broken = signedBySlack('payload=%7B', slackSecret);
      const refused = await post('/webhooks/slack', broken.body, broken.headers, own);
      expect([refused.status, refused.json['field']]).toEqual([400, 'payload']);
    } finally {
      await own.close();
    }
  });

  it('is refused without a secret, unless that is allowed', async () => {
    const { body, headers } = press('none');
    expect((await post('/webhooks/slack', body, headers)).status).toBe(401);
    const open = await start({ PRUNELLA_INSECURE_WEBHOOKS: '1' });
    try {
      expect((await post('/webhooks/slack', body, headers, open)).status).toBe(200);
    } finally {
      await open.close();
    }
  });
});

describe('a delivery of GitHub', () => {
  it('of a failed run is on the stream before the 202, and is told as a failure', async () => {
    const { status, json } = await deliver(completedRun(1), { 'x-github-delivery': 'first' });
    expect(status).toBe(202);
    expect(json).toEqual({
      accepted: true,
      id: 'run/1/attempt/1/completed',
      incidentId: expect.stringMatching(/^inc_/),
    });
    const [finished] = await ofIncident(json['incidentId']);
    expect(finished).toMatchObject({
      subject: 'pipeline.finished',
      id: json['id'],
      source: 'https://github.com/octo-org/octo-repo',
      data: { conclusion: 'failure', runId: '1' },
    });
    await caughtUp('detector-finished');
    const [, failed, ...more] = await ofIncident(json['incidentId']);
    expect(failed).toMatchObject({
      subject: 'pipeline.failed',
      id: 'run/1/attempt/1/completed/failed',
      source: finished?.source,
      time: finished?.time,
      data: { runId: '1', finishedEventId: json['id'], pipelineId: 'octo-org/octo-repo/.github/workflows/test.yml' },
    });
    expect(more).toEqual([]);
  });

  it('of a success is told, and is no failure', async () => {
    const { json } = await deliver(completedRun(2, { conclusion: 'success' }));
    await caughtUp('detector-finished');
    expect((await ofIncident(json['incidentId'])).map((event) => event.subject)).toEqual(['pipeline.finished']);
  });

  it('three times is one', async () => {
    const answers: Answer[] = [];
    for (let time = 0; time < 3; time++) answers.push(await deliver(completedRun(3), { 'x-github-delivery': 'again' }));
    expect(answers.map((answer) => [answer.status, answer.json['duplicate']])).toEqual([
      [202, undefined],
      [202, true],
      [202, true],
    ]);
    await caughtUp('detector-finished');
    expect(await ofIncident(answers[0]?.json['incidentId'])).toHaveLength(2);
  });

  it('three times at once, or under other delivery ids, is one on the stream too', async () => {
    const answers = await Promise.all(
      ['x', 'x', 'y'].map((id) => deliver(completedRun(4), { 'x-github-delivery': id })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202]);
    await caughtUp('detector-finished');
    expect(await ofIncident(answers[0]?.json['incidentId'])).toHaveLength(2);
  });

  it.each`
    headers                                                       | why
    ${{ 'x-hub-signature-256': 'sha256=00' }}                     | ${'a short signature'}
    ${{ 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }}      | ${'a wrong signature'}
    ${{ 'x-hub-signature-256': '' }}                              | ${'no signature'}
    ${{ 'x-hub-signature-256': '', 'x-hub-signature': 'sha1=0' }} | ${'only the old signature'}
  `('with $why is refused, and nothing is published', async ({ headers }) => {
    const before = (await events()).length;
    const { status, type, json } = await deliver(completedRun(5), headers);
    expect([status, type]).toEqual([401, 'application/problem+json; charset=utf-8']);
    expect(json['detail']).toContain('X-Hub-Signature-256');
    expect(await events()).toHaveLength(before);
  });

  it('with a body that was changed after it was signed is refused', async () => {
    const body = JSON.stringify(completedRun(5));
    const signature = await sign(SECRET, `${body} `);
    expect((await deliver(body, { 'x-hub-signature-256': signature })).status).toBe(401);
  });

  it.each(['/WEBHOOKS/GitHub', '/webhooks/github/', '/webhooks/github?x=1'])(
    'at %s needs its signature as well',
    async (path) => {
      expect((await post(path, '{}', { 'x-github-event': 'ping' })).status).toBe(401);
    },
  );

  it.each(['ping', 'push'])('%s is answered with a reason', async (event) => {
    const { status, json } = await deliver({ zen: 'Design for failure.' }, { 'x-github-event': event });
    expect([status, json['accepted'], typeof json['reason']]).toEqual([202, false, 'string']);
  });

  it.each`
    body                                                 | headers                     | field
    ${'{}'}                                              | ${{ 'x-github-event': '' }} | ${'X-GitHub-Event'}
    ${'{"action":'}                                      | ${{}}                       | ${'body'}
    ${'[]'}                                              | ${{}}                       | ${'body'}
    ${'{}'}                                              | ${{}}                       | ${'action'}
    ${completedRun(6, { conclusion: 'exploded' })}       | ${{}}                       | ${'workflow_run.conclusion'}
    ${completedRun(6, { id: undefined })}                | ${{}}                       | ${'workflow_run.id'}
    ${completedRun(6, { head_branch: 'b'.repeat(600) })} | ${{}}                       | ${'branch'}
  `('that is signed and wrong in $field is a 400 that names it', async ({ body, headers, field }) => {
    const { status, type, json } = await deliver(body, headers);
    expect([status, type, json['field']]).toEqual([400, 'application/problem+json; charset=utf-8', field]);
  });

  it('of 10 MB is read, of 26 MB is too large', async () => {
    const ten = completedRun(7, { padding: 'x'.repeat(10_000_000) });
    expect((await deliver(ten)).status).toBe(202);
    const much = await deliver('x'.repeat(26 * 1024 ** 2 + 1));
    expect([much.status, much.type]).toEqual([413, 'application/problem+json; charset=utf-8']);
  });

  it('is counted by what became of it', async () => {
    const before = await metric('detector_webhooks_total{source="github",event="workflow_run",result="unauthorized"}');
    await deliver(completedRun(8), {}, 'another secret');
    expect(await metric('detector_webhooks_total{source="github",event="workflow_run",result="unauthorized"}')).toBe(
      before + 1,
    );
    expect(await metric('detector_webhooks_total{source="github",event="other",result="ignored"}')).toBeGreaterThan(0);
  });
});

describe('without secrets', () => {
  const failure = '{"event_type":"pipeline_failed","pipeline_id":"42","error":{"message":"m"}}';

  it('nobody is let in, and the variable is named', async () => {
    const closed = await start({});
    try {
      const signed = await post(
        '/webhooks/github',
        '{}',
        { 'x-github-event': 'ping', 'x-hub-signature-256': await sign('x', '{}') },
        closed,
      );
      expect([signed.status, signed.json['detail']]).toEqual([401, expect.stringContaining('GITHUB_WEBHOOK_SECRET')]);
      const told = await post('/webhook/healing', failure, { authorization: 'Bearer anything' }, closed);
      expect([told.status, told.json['detail']]).toEqual([401, expect.stringContaining('PRUNELLA_API_TOKEN')]);
    } finally {
      await closed.close();
    }
  });

  it('everybody is let in where that is asked for', async () => {
    const open = await start({ PRUNELLA_INSECURE_WEBHOOKS: '1' });
    try {
      expect((await post('/webhooks/github', '{}', { 'x-github-event': 'ping' }, open)).status).toBe(202);
      expect((await post('/webhook/healing', failure, {}, open)).status).toBe(202);
      // but no page that somebody looks at, of whatever name
      const ofPages: Record<string, string>[] = [
        { origin: 'https://evil.example' },
        { origin: open.url },
        { 'sec-fetch-site': 'same-origin' },
      ];
      for (const headers of ofPages) {
        for (const path of ['/webhook/healing', '/webhooks/github', '/webhooks/slack']) {
          expect([path, headers, (await post(path, failure, headers, open)).status]).toEqual([path, headers, 403]);
        }
      }
    } finally {
      await open.close();
    }
  });
});

describe('/webhook/healing', () => {
  const authorization = `Bearer ${TOKEN}`;
  const failure = {
    event_type: 'pipeline_failure',
    pipeline_id: '42',
    error: { message: 'Connection timed out', type: 'E' },
  };

  it('tells a failure', async () => {
    const { status, json } = await post('/webhook/healing', JSON.stringify(failure), { authorization });
    expect([status, json['accepted']]).toEqual([202, true]);
    expect(await ofIncident(json['incidentId'])).toMatchObject([
      { subject: 'pipeline.failed', data: { pipelineId: '42', error: { message: 'Connection timed out' } } },
    ]);
  });

  it('tells each failure without a run of its own anew, and one with an Idempotency-Key once', async () => {
    const incidents = new Set<unknown>();
    const keyed = { 'idempotency-key': 'k' };
    for (const headers of [{}, {}, keyed, keyed] as Record<string, string>[]) {
      const { json } = await post('/webhook/healing', JSON.stringify(failure), { authorization, ...headers });
      incidents.add(json['incidentId']);
    }
    expect(incidents.size).toBe(3);
  });

  it('hands a request to the policy', async () => {
    const body = { action: 'retry', reason: 'the registry is back', pipeline_id: '42' };
    const { status, json } = await post('/webhook/healing', JSON.stringify(body), { authorization });
    expect(status).toBe(202);
    expect(await ofIncident(json['incidentId'])).toMatchObject([
      {
        subject: 'diagnosis.made',
        data: { decidedBy: 'request:webhook', explanation: 'the registry is back', action: { type: 'retry' } },
      },
    ]);
  });

  it.each(['', 'Bearer wrong', 'Basic abc', `Bearer ${TOKEN}x`])('with "%s" is refused', async (wrong) => {
    const before = (await events()).length;
    const { status } = await post('/webhook/healing', JSON.stringify(failure), {
      ...(wrong && { authorization: wrong }),
    });
    expect(status).toBe(401);
    expect(await events()).toHaveLength(before);
  });

  it.each`
    body                                                      | status | field
    ${'not json'}                                             | ${400} | ${'body'}
    ${''}                                                     | ${400} | ${'body'}
    ${'{"pipeline_id":"42"}'}                                 | ${400} | ${'event_type'}
    ${'{"event_type":"pipeline_failed"}'}                     | ${400} | ${'pipeline_id'}
    ${'{"action":"explode","reason":"r"}'}                    | ${400} | ${'action'}
    ${`{"action":"retry","reason":"${'x'.repeat(2 ** 20)}"}`} | ${413} | ${undefined}
    ${'x'.repeat(10_000_000)}                                 | ${413} | ${undefined}
  `('garbage is a $status that names $field', async ({ body, status, field }) => {
    const answer = await post('/webhook/healing', body, { authorization });
    expect([answer.status, answer.json['field']]).toEqual([status, field]);
  });
});

describe('what others say on the bus', () => {
  const publish = (message: unknown) =>
    bus.jetstream.publish('pipeline.finished', typeof message === 'string' ? message : JSON.stringify(message));

  it('is a failure when it failed; garbage goes to the dead letters and does not stop the next', async () => {
    await publish('not json');
    await publish({ pipeline_id: 'deploy', conclusion: 'exploded' });
    await publish({
      pipeline_id: 'nightly',
      run_id: '9',
      platform: 'jenkins',
      conclusion: 'timed_out',
      error: { message: 'late' },
    });
    await publish({ pipeline_id: 'nightly', run_id: '10', platform: 'jenkins', conclusion: 'cancelled' });
    await caughtUp('detector-finished');
    const failed = (await events()).filter((event) => event.subject === 'pipeline.failed');
    expect(failed.filter((event) => 'pipelineId' in event.data && event.data.pipelineId === 'nightly')).toMatchObject([
      { data: { runId: '9', conclusion: 'timed_out', error: { message: 'late' } } },
    ]);
    const manager = await bus.jetstream.jetstreamManager();
    const { state } = await manager.streams.info('PRUNELLA_DLQ');
    expect(state.messages).toBe(2);
  });

  it('of a run that the remediator began for another belongs to the incident of that one, as its next attempt', async () => {
    const run = { platform: 'jenkins', repository: '', runId: 'folder/app/main#13' };
    const lineage = await bus.bucket<Origin>('prunella_lineage');
    await lineage.create(startedRunKey(run), { incidentId: 'inc_of_12', attempt: 2 });
    for (const runId of [run.runId, 'folder/app/main#14']) {
      await publish({ ...run, runId, pipelineId: 'folder/app/main', conclusion: 'failure', attempt: 1 });
    }
    await caughtUp('detector-finished');
    const failed = (await events()).filter(
      ({ subject, data }) =>
        subject === 'pipeline.failed' && 'pipelineId' in data && data.pipelineId === 'folder/app/main',
    );
    expect(failed).toMatchObject([
      { data: { runId: run.runId, incidentId: 'inc_of_12', attempt: 2, runAttempt: 1 } },
      { data: { runId: 'folder/app/main#14', incidentId: expect.not.stringContaining('inc_of_12'), attempt: 1 } },
    ]);
    expect(failed[1]?.data).not.toHaveProperty('runAttempt');
  });

  it('counts builds once, by platform, repository and pipeline, and their jobs by themselves', async () => {
    const labels = 'platform="jenkins",repository="octo/metrics",pipeline="b"';
    const build = {
      pipeline_id: 'b',
      platform: 'jenkins',
      repository: 'octo/metrics',
      started_at: '2026-01-01T00:00:00Z',
    };
    const success = { ...build, run_id: '1', conclusion: 'success', finished_at: '2026-01-01T00:01:30Z' };
    await publish(success);
    await publish(success);
    await publish({ ...build, run_id: '2', conclusion: 'timed_out' });
    await publish({ ...build, run_id: '3', conclusion: 'cancelled', finished_at: '2026-01-01T00:00:20Z' });
    const job = { ...build, kind: 'job', name: 'unit', conclusion: 'failure', finished_at: '2026-01-01T00:00:40Z' };
    await publish({ ...job, run_id: '2' });
    await publish({ ...job, run_id: '2' });
    await caughtUp('detector-finished');
    expect({
      total: await metric(`cicd_build_total{${labels}}`),
      success: await metric(`cicd_build_success_total{${labels}}`),
      failures: await metric(`cicd_build_failures_total{${labels}}`),
      // The newest is the one that ended last, not the one that was told last.
      seconds: await metric(`cicd_build_duration_seconds{${labels}}`),
      at: await metric(`cicd_build_finished_timestamp_seconds{${labels}}`),
    }).toEqual({ total: 3, success: 1, failures: 1, seconds: 90, at: Date.parse('2026-01-01T00:01:30Z') / 1_000 });
    const run = 'cicd_pipeline_name="b",vcs_repository_name="octo/metrics"';
    const ended = `${run},cicd_pipeline_run_state="executing",cicd_pipeline_result`;
    expect({
      success: await metric(`cicd_pipeline_run_duration_seconds_sum{${ended}="success",error_type=""}`),
      cancelled: await metric(`cicd_pipeline_run_duration_seconds_count{${ended}="cancellation",error_type=""}`),
      timeouts: await metric(`cicd_pipeline_run_errors_total{${run},error_type="timeout"}`),
      jobs: await metric(`cicd_job_duration_seconds_count{repository="octo/metrics",job="unit",result="failure"}`),
    }).toEqual({ success: 90, cancelled: 1, timeouts: 1, jobs: 1 });
  });
});

describe('a connection', () => {
  it('stays open longer than load balancers keep theirs', async () => {
    const answer = await fetch(`${service.url}/healthz`);
    expect(answer.headers.get('keep-alive')).toBe('timeout=65');
  });
});

describe('when NATS is away', () => {
  it('the sender is told to come again, and its next try is taken', async () => {
    await nats.kill();
    const away = await deliver(completedRun(11), { 'x-github-delivery': 'while away' });
    expect([away.status, away.type]).toEqual([503, 'application/problem+json; charset=utf-8']);
    await nats.restart();
    let answer = away;
    while (answer.status === 503) answer = await deliver(completedRun(11), { 'x-github-delivery': 'while away' });
    expect(answer.status).toBe(202);
    while (!bus.isConnected) await new Promise((resolve) => setTimeout(resolve, 10));
    let told: Envelope[] = [];
    while (told.length < 2) told = await ofIncident(answer.json['incidentId']);
    expect(told.map((event) => event.subject)).toEqual(['pipeline.finished', 'pipeline.failed']);
  }, 60_000);
});
