import { createHmac } from 'node:crypto';
import { FakeGitHub, signedBySlack, signedHeaders } from '@prunella/testing';
import { pipelineHook } from './gitlab-hooks.ts';
import { notificationOf } from './jenkins-messages.ts';

/** What is sent besides the body. */
export interface Proof {
  headers?: Record<string, string>;
  query?: string;
}

/** How a sender of webhooks proves itself, and something that it tells. */
export interface Row {
  /** The detector's source. */
  source: string;
  /** The variable that holds the secret, and a secret. */
  variable: string;
  secret: string;
  /** Secrets that are not it. */
  others: readonly string[];
  body: string;
  /** What it sends in any case. */
  headers: Record<string, string>;
  /** How it proves that it knows the secret. @param at when it is signed, ms since the epoch. */
  proof(secret: string, at: number): Proof;
  /** What it changes when it sends the same again and nothing of that is signed; absent: nothing is to be changed. */
  again?: Record<string, string>;
  /** Whether it signs when it was sent. */
  isDated?: true;
}

const JSON_BODY = { 'content-type': 'application/json' };
const TOKEN = 'prunella-api-token';
const byBearer = (secret: string): Proof => ({ headers: { authorization: `Bearer ${secret}` } });
/** As near as it gets, and nothing. */
const near = (secret: string) => [`${secret}x`, secret.slice(0, -1), secret.toUpperCase(), 'x', ' '];
const whsec = (key: string) => `whsec_${Buffer.from(key).toString('base64')}`;
const ofTheApi = { variable: 'PRUNELLA_API_TOKEN', secret: TOKEN, proof: byBearer };

/** By whom, and with what, each webhook of the detector is let in. GitLab and Jenkins know several ways. */
export async function webhookProofs(): Promise<Row[]> {
  return (await usualRows()).map((row) => ({ others: near(row.secret), ...row }));
}

async function usualRows(): Promise<(Omit<Row, 'others'> & Partial<Pick<Row, 'others'>>)[]> {
  const github = await githubBody();
  const gitlab = { source: 'gitlab', headers: { ...JSON_BODY, 'x-gitlab-event': 'Pipeline Hook' } };
  const jenkins = { source: 'jenkins', variable: 'JENKINS_WEBHOOK_TOKEN', secret: 'of-jenkins', headers: JSON_BODY };
  return [
    {
      ...{ source: 'github', variable: 'GITHUB_WEBHOOK_SECRET', secret: 'of-github', body: github.body },
      headers: without(github.headers, 'x-hub-signature-256'),
      proof: (secret) => ({
        headers: pick(signedHeaders('workflow_run', github.body, secret), 'x-hub-signature-256'),
      }),
      again: { 'x-github-delivery': 'another-one' },
    },
    {
      ...{ ...gitlab, variable: 'GITLAB_WEBHOOK_TOKEN', secret: 'of-gitlab', body: pipeline(31) },
      proof: (secret) => ({ headers: { 'x-gitlab-token': secret } }),
    },
    {
      ...{ ...gitlab, variable: 'GITLAB_WEBHOOK_SIGNING_TOKEN', body: pipeline(32), isDated: true },
      ...{ secret: whsec('signs for gitlab'), others: [whsec('signs for gitla'), whsec('signs for gitlab!')] },
      proof: (secret, at) => ({ headers: signedByGitLab(pipeline(32), secret, at) }),
      again: { 'idempotency-key': 'another-one' },
    },
    { ...jenkins, body: build(12), proof: (secret) => ({ query: `?token=${secret}` }) },
    {
      ...{ ...jenkins, body: build(13) },
      proof: (secret) => ({ headers: { authorization: `Basic ${Buffer.from(`any:${secret}`).toString('base64')}` } }),
    },
    { ...jenkins, body: build(14), proof: byBearer },
    {
      ...{ source: 'slack', variable: 'SLACK_SIGNING_SECRET', secret: 'of-slack', body: pressed(), isDated: true },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      proof: (secret, at) => ({ headers: signedBySlack(pressed(), secret, at).headers }),
    },
    {
      ...{ source: 'alertmanager', headers: JSON_BODY, ...ofTheApi },
      body: text({
        ...{ receiver: 'prunella', status: 'firing', groupKey: '{}', truncatedAlerts: 0, version: '4' },
        ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: 'http://alertmanager.example' },
        alerts: [
          {
            ...{ status: 'firing', labels: { alertname: 'Spike', namespace: 'shop', deployment: 'api' } },
            ...{ annotations: {}, startsAt: '2026-03-01T10:00:00Z', endsAt: '0001-01-01T00:00:00Z' },
            ...{ generatorURL: 'http://prometheus.example', fingerprint: 'b8b8bd622d3acec1' },
          },
        ],
      }),
    },
    {
      ...{ source: 'argo-rollouts', headers: JSON_BODY, ...ofTheApi },
      body: text({
        rollout: {
          ...{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: { replicas: 3 } },
          metadata: { name: 'web', namespace: 'default', uid: 'uid-web', resourceVersion: '42' },
          status: { currentPodHash: '6d4cf56db6', phase: 'Degraded', message: 'ProgressDeadlineExceeded: x' },
        },
      }),
    },
    {
      ...{ source: 'cdevents', headers: JSON_BODY, ...ofTheApi },
      body: text({
        context: {
          ...{ version: '0.4.1', id: 'e-1', source: '/ci', type: 'dev.cdevents.pipelinerun.finished.0.2.0' },
          timestamp: '2026-03-01T10:03:00Z',
        },
        subject: {
          ...{ id: '77', source: '/ci', type: 'pipelineRun' },
          content: { pipelineName: 'ci', outcome: 'failure', errors: 'boom' },
        },
      }),
    },
    {
      ...{ source: 'healing', headers: JSON_BODY, ...ofTheApi },
      body: text({
        ...{ event_type: 'pipeline_failed', pipeline_id: 'ci', run_id: '78', attempt: 1 },
        error: { type: 'timeout', message: 'Connection timed out' },
      }),
    },
    {
      ...{ source: 'junit', ...ofTheApi },
      headers: { 'content-type': 'application/xml', 'prunella-pipeline': 'ci', 'prunella-run': '79' },
      body: '<testsuite name="cart"><testcase name="total"><failure message="11"/></testcase></testsuite>',
    },
  ];
}

async function githubBody(): Promise<{ body: string; headers: Record<string, string> }> {
  const fake = await FakeGitHub.start();
  try {
    // Of what has just happened the stream itself knows whether it was told.
    const hoursAgo = new Date(Date.now() - 3 * 3_600_000).toISOString();
    const run = fake.addRun({
      createdAt: hoursAgo,
      jobs: [{ name: 'build', conclusion: 'failure', failedStep: 'make', log: 'boom' }],
    });
    return fake.delivery(run, 'any');
  } finally {
    await fake.stop();
  }
}

function pipeline(id: number): string {
  return text(pipelineHook({ id }));
}

function build(number: number): string {
  const url = `job/folder/job/app/job/feature%252Fx/${number}/`;
  return text(notificationOf({ number, url, full_url: `https://ci.example.com/jenkins/${url}` }));
}

function pressed(): string {
  const value = text({ incident: 'inc_1', attempt: 2, action: 'rollback' });
  const payload = {
    ...{ type: 'block_actions', user: { id: 'U123', username: 'ada' } },
    actions: [{ action_id: 'prunella_approve', value, action_ts: '1772359380.000000' }],
  };
  return new URLSearchParams({ payload: text(payload) }).toString();
}

/** https://www.standardwebhooks.com */
function signedByGitLab(body: string, token: string, at: number): Record<string, string> {
  const [id, timestamp] = ['msg_1', String(Math.floor(at / 1_000))];
  const key = Buffer.from(token.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

function text(body: unknown): string {
  return JSON.stringify(body);
}

function pick(headers: Record<string, string>, name: string): Record<string, string> {
  return { [name]: headers[name] ?? '' };
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}
