import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stableId } from '@prunella/core';
import type { KeptBreaker } from '@prunella/policy';
import { type FakeRun, pressButton, Receiver, type SlackUser } from '@prunella/testing';
import { eventsOn } from '../support/events.ts';
import { type Incident, incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const LOG = ['Run npm ci', 'npm error code ETIMEDOUT', '##[error]Process completed with exit code 1.'].join('\n');
const ADA: SlackUser = { id: 'U0ADA', username: 'ada' };
const BOB: SlackUser = { id: 'U0BOB', username: 'bob' };
const EVE: SlackUser = { id: 'U0EVE', username: 'ada' };
const POLICY = `version: 1
mode: approve
approvals:
  - match: { branch: two/* }
    by: ["slack:U0ADA", "slack:U0BOB"]
    quorum: 2
  - match: { repository: acme/* }
    by: ["slack:U0ADA", "slack:U0BOB"]
`;
const main = join(import.meta.dirname, '..', '..', 'services', 'cli', 'dist', 'bundle', 'main.js');
const execute = promisify(execFile);

let system: System;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
  system = await startSystem({
    policy: POLICY,
    of: {
      detector: { SLACK_SIGNING_SECRET: SECRET },
      remediator: { SLACK_WEBHOOK_URL: `${receiver.url}/services/T/B/x` },
    },
  });
}, 60_000);

afterAll(async () => {
  await system?.stop();
  await receiver?.stop();
});

/** A failed run about which Slack was asked, and the message there. */
async function asked(branch: string): Promise<{ run: FakeRun; incident: Incident; message: unknown }> {
  const run = system.github.addRun({
    branch,
    jobs: [{ name: 'build', conclusion: 'failure', failedStep: 'Run npm ci', log: LOG }],
  });
  expect((await system.deliver(run)).status).toBe(202);
  const message = await until(
    () => receiver.received.find(({ body }) => JSON.stringify(body).includes(branch))?.body,
    `a question about ${branch}`,
  );
  const waits = (one: Incident) => one.state === 'awaiting_approval' && JSON.stringify(message).includes(one.id);
  return { run, message, incident: await incidentWith(system, waits, `${branch} waits`) };
}

/** Presses a button as somebody; what Slack is told of it comes to `reply`. */
async function press(
  message: unknown,
  text: string,
  user: SlackUser,
  reply: string,
  secret = SECRET,
): Promise<Response> {
  const { body, headers } = pressButton(message, text, {
    user,
    secret,
    responseUrl: `${receiver.url}/actions/${reply}`,
  });
  return await fetch(`${system.services.detector.url}/webhooks/slack`, { method: 'POST', body, headers });
}

/** What Slack was told there. */
async function replyTo(reply: string): Promise<Record<string, unknown>> {
  const found = () => receiver.received.findLast(({ path }) => path === `/actions/${reply}`)?.body;
  return (await until(found, `a reply at ${reply}`)) as Record<string, unknown>;
}

const effectsOf = (run: FakeRun) => system.github.effects.filter((effect) => effect.startsWith(`acme/shop#${run.id} `));

it('asks in Slack, and reruns once after the yes of somebody who may, also when Slack delivers it twice', async () => {
  const { run, incident, message } = await asked('feature/yes');
  expect(JSON.stringify(message)).toContain('npm error code ETIMEDOUT');
  expect(effectsOf(run)).toEqual([]);
  const answers = await Promise.all([1, 2].map(() => press(message, 'Approve', ADA, 'yes')));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  await until(() => effectsOf(run).length > 0, 'the rerun');
  const reply = await replyTo('yes');
  expect(reply).toMatchObject({ replace_original: true });
  expect(JSON.stringify(reply)).toContain('Approved by slack:ada (U0ADA).');
  expect(JSON.stringify(reply)).not.toContain('prunella_approve');
  expect((await press(message, 'Reject', BOB, 'late')).status).toBe(200);
  expect(JSON.stringify(await replyTo('late'))).toContain('Too late: approved by slack:ada (U0ADA).');
  expect(effectsOf(run)).toEqual([`acme/shop#${run.id} -> 2`]);
  const approved = (await eventsOn(system.bus, 'action.approved')).filter((one) => one.incidentId === incident.id);
  expect(approved.map(({ by, approved: yes }) => [by, yes])).toEqual([
    ['slack:ada (U0ADA)', true],
    ['slack:bob (U0BOB)', false],
  ]);
  expect(receiver.violations).toEqual([]);
}, 60_000);

it('does nothing for who may not answer, whatever they call themselves, and waits for who may', async () => {
  const { run, incident, message } = await asked('feature/eve');
  expect((await press(message, 'Approve', EVE, 'eve')).status).toBe(200);
  expect(await replyTo('eve')).toMatchObject({
    response_type: 'ephemeral',
    replace_original: false,
    text: 'slack:ada (U0EVE) may not answer this; who may: slack:U0ADA, slack:U0BOB.',
  });
  expect((await press(message, 'Approve', ADA, 'forged', 'another secret')).status).toBe(401);
  const claimed = await fetch(`${system.services.auditor.url}/v1/approvals/${incident.id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ approved: true, by: 'slack:ada (U0ADA)' }),
  });
  expect(claimed.status).toBe(400);
  const page = await system.api<{ state: string; timeline: { type: string }[] }>(`/v1/incidents/${incident.id}`);
  expect(page.state).toBe('awaiting_approval');
  expect(effectsOf(run)).toEqual([]);
  await press(message, 'Reject', BOB, 'no');
  expect(JSON.stringify(await replyTo('no'))).toContain('Rejected by slack:bob (U0BOB).');
  await incidentWith(system, ({ id, state }) => id === incident.id && state === 'handed_over', 'handed over');
  expect(effectsOf(run)).toEqual([]);
}, 60_000);

it('waits for the second of two, and keeps the buttons until then', async () => {
  const { run, incident, message } = await asked('two/of-them');
  await press(message, 'Approve', ADA, 'first');
  const first = await replyTo('first');
  expect(JSON.stringify(first)).toContain('Approved by slack:ada (U0ADA): 1 of 2.');
  await press(first, 'Approve', { ...ADA, username: 'lovelace' }, 'again');
  await incidentWith(system, ({ id, state }) => id === incident.id && state === 'awaiting_approval', 'still waits');
  expect(effectsOf(run)).toEqual([]);
  await press(first, 'Approve', BOB, 'second');
  await until(() => effectsOf(run).length > 0, 'the rerun');
  expect(JSON.stringify(await replyTo('second'))).toContain('Approved by slack:ada (U0ADA); slack:bob (U0BOB).');
  expect(effectsOf(run)).toEqual([`acme/shop#${run.id} -> 2`]);
}, 60_000);

it('calls no address that is not Slack, whoever signed it', async () => {
  const { run, message } = await asked('feature/elsewhere');
  const elsewhere = await Receiver.start();
  try {
    const { body, headers } = pressButton(message, 'Approve', {
      user: ADA,
      secret: SECRET,
      responseUrl: elsewhere.url,
    });
    expect(
      (await fetch(`${system.services.detector.url}/webhooks/slack`, { method: 'POST', body, headers })).status,
    ).toBe(200);
    await until(() => effectsOf(run).length > 0, 'the rerun');
    // What comes to the same remediator later is told: this one would have been before.
    await press(message, 'Approve', BOB, 'after');
    await replyTo('after');
    expect(elsewhere.received).toEqual([]);
  } finally {
    await elsewhere.stop();
  }
}, 60_000);

it('lists a breaker that is open, and closes it by hand', async () => {
  const id = stableId('breaker', 'retry', 'github');
  const bucket = await system.bus.bucket<KeptBreaker>('prunella_breakers');
  const openedAt = Date.now();
  const reason = 'the last one did harm';
  await bucket.put(id, { action: 'retry', platform: 'github', failures: 1, counted: ['a'], openedAt, reason });
  const prunella = async (...args: string[]) => {
    const env = { PATH: process.env['PATH'], PRUNELLA_URL: system.services.auditor.url, USER: 'ada' };
    return (await execute(process.execPath, [main, 'breakers', ...args], { env })).stdout;
  };
  expect(await prunella()).toMatch(new RegExp(`${id} +retry +github +open +.* ${reason}`));
  expect(await prunella('close', id, '--reason', 'looked at it')).toBe('closed by ada: retry on github\n');
  const closed = await until(async () => {
    const breaker = (await bucket.get(id))?.value;
    return breaker?.closed && breaker;
  }, 'closed');
  expect(closed).toMatchObject({ failures: 0, counted: ['a'], closed: { by: 'ada', reason: 'looked at it' } });
  expect(closed).not.toHaveProperty('openedAt');
  await expect(prunella('close', id, '--reason', 'again')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('expected a breaker that is open'),
  });
}, 60_000);
