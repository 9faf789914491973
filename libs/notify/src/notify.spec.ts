import { readdirSync } from 'node:fs';
import type { Notification } from '@prunella/core';
import { Receiver } from '@prunella/testing';
import fc from 'fast-check';
import { notifierFactories, notifiers, type Posts, slackReplier } from './index.ts';
import { slackMessage } from './slack/message.ts';

const notification: Notification = {
  title: 'acme/shop ci failed: compile_error',
  text: 'A type error in src/a.ts. Left to humans.',
  urgency: 'high',
  to: '#builds',
  facts: [{ name: 'branch', value: 'main' }],
  evidence: [{ line: 17, text: 'src/a.ts(3,1): error TS2322 <!channel> ```rm```' }],
  link: 'http://127.0.0.1:7100/incidents/inc_1',
  key: 'inc_1.1',
};

const question: Notification = {
  ...notification,
  approval: {
    incidentId: 'inc_1',
    attempt: 2,
    action: 'rollback',
    by: '2 of ada, bob',
    expiresAt: '2026-01-01T00:00:00.000Z',
    answerUrl: 'http://127.0.0.1:7100/v1/approvals/inc_1',
  },
};

let receiver: Receiver;

beforeEach(async () => {
  receiver = await Receiver.start();
});

afterEach(async () => {
  expect(receiver.violations).toEqual([]);
  await receiver.stop();
});

/** An incoming webhook keeps nothing of what it told. */
const posts: Posts = { get: () => Promise.reject(new Error('read')), put: () => Promise.reject(new Error('written')) };
const all = () =>
  notifiers(
    {
      SLACK_WEBHOOK_URL: `${receiver.url}/slack`,
      NOTIFY_WEBHOOK_URL: `${receiver.url}/hook`,
      NOTIFY_WEBHOOK_TOKEN: 'secret-token',
    },
    posts,
  );
const signal = () => AbortSignal.timeout(5_000);

it('tells everybody who is configured', async () => {
  for (const notifier of all()) await notifier.notify(notification, signal());
  expect(receiver.received.map(({ path }) => path)).toEqual(['/slack', '/hook']);
  expect(receiver.received[0]?.body).toMatchObject({
    channel: '#builds',
    blocks: [{ type: 'header' }, {}, {}, {}, { type: 'context' }],
  });
  expect(receiver.received[1]).toMatchObject({
    headers: { 'idempotency-key': 'inc_1.1', authorization: 'Bearer secret-token' },
    body: notification,
  });
});

it('asks with buttons in Slack, and with the address for the answer elsewhere', async () => {
  for (const notifier of all()) await notifier.notify(question, signal());
  const [{ body } = { body: undefined }] = receiver.received;
  const { blocks } = body as { blocks: { type: string; elements: Record<string, unknown>[] }[] };
  const value = JSON.stringify({ incident: 'inc_1', attempt: 2, action: 'rollback' });
  expect(blocks.find(({ type }) => type === 'actions')?.elements).toMatchObject([
    { action_id: 'prunella_approve', value, style: 'primary', confirm: { title: { text: 'Do rollback?' } } },
    { action_id: 'prunella_reject', value, style: 'danger', confirm: { title: { text: "Don't do rollback?" } } },
  ]);
  expect(receiver.received[1]?.body).toEqual(question);
});

describe('slackReplier', () => {
  const replier = () => slackReplier({ SLACK_WEBHOOK_URL: `${receiver.url}/services/T0/B0/sesame` });

  it('puts what became of it in the place of the question, without its buttons', async () => {
    await replier().reply(`${receiver.url}/actions/1`, { says: 'Approved by <ada>.', instead: notification }, signal());
    const { body } = receiver.received[0] as { body: { blocks: { type: string }[] } };
    expect(body).toMatchObject({ replace_original: true });
    const says = { type: 'plain_text', text: 'Approved by <ada>.', emoji: false };
    expect(body.blocks[1]).toEqual({ type: 'section', text: says });
    expect(body).not.toHaveProperty('channel');
    expect(body.blocks.map(({ type }) => type)).not.toContain('actions');
  });

  it('says a no to the one who pressed alone, and leaves the question', async () => {
    await replier().reply(`${receiver.url}/actions/1`, { says: 'Not you.' }, signal());
    expect(receiver.received[0]?.body).toEqual({
      response_type: 'ephemeral',
      replace_original: false,
      text: 'Not you.',
    });
  });

  it.each`
    address
    ${'http://hooks.slack.com/actions/1'}
    ${'https://hooks.slack.com.evil.example/actions/1'}
    ${'https://hooks.slack.com@evil.example/actions/1'}
    ${'https://hooks.slack.com:8443/actions/1'}
    ${'https://evil.example/https://hooks.slack.com/'}
    ${'http://169.254.169.254/latest/meta-data'}
    ${'file:///etc/passwd'}
    ${'//hooks.slack.com/actions/1'}
    ${''}
  `('calls nobody at $address', async ({ address }) => {
    const error: unknown = await replier()
      .reply(address, { says: 'x' }, signal())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ provider: 'slack', problem: 'refused' });
    expect(String(error)).toContain('expected a response_url at https://hooks.slack.com');
    expect(String(error)).not.toContain('sesame');
  });

  it('knows no other host where none is configured', async () => {
    await expect(slackReplier({}).reply(`${receiver.url}/actions/1`, { says: 'x' }, signal())).rejects.toMatchObject({
      problem: 'refused',
    });
    expect(receiver.received).toEqual([]);
  });
});

it('lists every way that has a folder', () => {
  const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(notifierFactories.map((factory) => factory.name).sort()).toEqual(folders.sort());
});

it('never shows the address or the token when it fails: whoever knows them can post', async () => {
  const environment = {
    SLACK_WEBHOOK_URL: `${receiver.url}/services/T0/B0/sesame`,
    NOTIFY_WEBHOOK_URL: `${receiver.url}/hooks/sesame?key=sesame`,
    NOTIFY_WEBHOOK_TOKEN: 'sesame',
  };
  for (const notifier of notifiers(environment, posts)) {
    receiver.answerNext(403);
    const error: unknown = await notifier.notify(notification, signal()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ problem: 'forbidden', message: expect.stringContaining(receiver.url) });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('sesame');
  }
});

it('tells nobody when nothing is configured', () => {
  expect(notifiers({}, posts)).toEqual([]);
});

it.each`
  status | headers                   | problem           | retryAfterMs
  ${429} | ${{ 'retry-after': '7' }} | ${'rate-limited'} | ${7_000}
  ${500} | ${{}}                     | ${'unavailable'}  | ${undefined}
  ${404} | ${{}}                     | ${'not-found'}    | ${undefined}
  ${400} | ${{}}                     | ${'refused'}      | ${undefined}
`('HTTP $status is $problem', async ({ status, headers, problem, retryAfterMs }) => {
  for (const notifier of all()) {
    receiver.answerNext(status, headers);
    const error: unknown = await notifier.notify(notification, signal()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ provider: notifier.name, problem });
    expect((error as { options: { retryAfterMs?: number } }).options.retryAfterMs).toBe(retryAfterMs);
  }
});

describe('slackMessage', () => {
  it('lets nothing of a log mention anybody or leave its code block', () => {
    const text = JSON.stringify(slackMessage(notification));
    expect(text).not.toContain('<!channel>');
    expect(text).toContain('&lt;!channel&gt;');
    expect(text.match(/```/g)).toHaveLength(2);
  });

  it('leaves nothing that others wrote to Slack to make links, mentions or markup of', () => {
    const theirs = '*Approved* _by_ @channel in #general, see https://evil.example or :white_check_mark:';
    const { blocks } = slackMessage({
      ...question,
      ...{
        title: theirs,
        text: theirs,
        facts: [{ name: 'branch', value: theirs }],
        evidence: [{ line: 1, text: theirs }],
      },
    });
    const texts: Record<string, unknown>[] = [];
    JSON.stringify(blocks, (_, value) => {
      if (typeof value?.text === 'string') texts.push(value);
      return value;
    });
    expect(texts.filter(({ text }) => String(text).includes('evil.example'))).toHaveLength(4);
    for (const { type, text, verbatim, emoji } of texts) {
      // in code there is no markup
      if (type === 'mrkdwn') expect([text, verbatim]).toEqual([expect.stringMatching(/^(?:```|<)/), true]);
      else expect([text, type, emoji]).toEqual([text, 'plain_text', false]);
    }
  });

  it.each`
    what                       | link                                        | block
    ${'is escaped'}            | ${'https://a.example/?a=1&b=<x>|y'}         | ${'<https://a.example/?a=1&amp;b=&lt;x&gt;%7Cy|Why, in full>'}
    ${'is left out when long'} | ${`https://a.example/${'x'.repeat(3_000)}`} | ${undefined}
    ${'is left out when none'} | ${undefined}                                | ${undefined}
  `('a link $what', ({ link, block }) => {
    const { link: _link, ...others } = notification;
    const { blocks } = slackMessage(link === undefined ? others : { ...others, link });
    const [element] = blocks.flatMap((it) => (it.type === 'context' ? it.elements : []));
    expect(element).toEqual(block === undefined ? undefined : { type: 'mrkdwn', text: block, verbatim: true });
  });

  it.each`
    what             | end
    ${'a character'} | ${'😀'}
    ${'an escape'}   | ${'&'}
  `('is not cut in the middle of $what', ({ end }) => {
    for (let length = 2_985; length < 3_000; length++) {
      const theirs = `${'x'.repeat(length)}${end.repeat(5)}`;
      const { blocks } = slackMessage({ ...notification, text: theirs, evidence: [{ line: 1, text: theirs }] });
      const [text = '', code = ''] = blocks.flatMap((block) =>
        block.type === 'section' ? (block.text?.text ?? []) : [],
      );
      for (const one of [text, code]) {
        expect(one.length).toBeLessThanOrEqual(3_000);
        expect(one.isWellFormed()).toBe(true);
      }
      expect(code.replaceAll('&amp;', '')).not.toContain('&');
    }
  });

  it("stays within Slack's limits, whatever it is given", async () => {
    const long = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary', maxLength: 5_000 }),
      fc.constantFrom('&'.repeat(4_000)),
    );
    const any = fc.record({
      title: long,
      text: long,
      facts: fc.array(fc.record({ name: fc.string(), value: long }), { maxLength: 20 }),
      evidence: fc.array(fc.record({ line: fc.nat(), text: long }), { maxLength: 10 }),
    });
    const approval = fc.record({ incidentId: fc.string({ unit: 'binary', minLength: 1, maxLength: 128 }), by: long });
    const [slack] = all();
    const replier = slackReplier({ SLACK_WEBHOOK_URL: receiver.url });
    await fc.assert(
      fc.asyncProperty(any, approval, long, async (changes, about, says) => {
        const asks = { ...question, ...changes, approval: { ...question.approval, ...about } } as Notification;
        await slack?.notify(asks, signal());
        await replier.reply(receiver.url, { says: `x${says}`, instead: asks }, signal());
      }),
      { numRuns: 60 },
    );
    expect(receiver.received).toHaveLength(120);
  });
});
