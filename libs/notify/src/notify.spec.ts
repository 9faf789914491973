import type { Notification } from '@prunella/core';
import { Receiver } from '@prunella/testing';
import fc from 'fast-check';
import { notifiers } from './index.ts';
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

let receiver: Receiver;

beforeEach(async () => {
  receiver = await Receiver.start();
});

afterEach(() => receiver.stop());

const all = () =>
  notifiers({
    SLACK_WEBHOOK_URL: `${receiver.url}/slack`,
    NOTIFY_WEBHOOK_URL: `${receiver.url}/hook`,
    NOTIFY_WEBHOOK_TOKEN: 'secret-token',
  });
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

it('tells nobody when nothing is configured', () => {
  expect(notifiers({})).toEqual([]);
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

  it("stays within Slack's limits, whatever it is given", () => {
    const long = fc.string({ maxLength: 5_000 });
    const any = fc.record({
      title: long,
      text: long,
      facts: fc.array(fc.record({ name: fc.string(), value: long }), { maxLength: 20 }),
      evidence: fc.array(fc.record({ line: fc.nat(), text: long }), { maxLength: 10 }),
    });
    fc.assert(
      fc.property(any, (changes) => {
        const { blocks } = slackMessage({ ...notification, ...changes });
        expect(blocks.length).toBeLessThanOrEqual(50);
        for (const block of blocks) {
          if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(150);
          if (block.type !== 'section') continue;
          if (block.text !== undefined) expect(block.text.text.length).toBeLessThanOrEqual(3_000);
          expect(block.fields?.length ?? 0).toBeLessThanOrEqual(10);
          for (const field of block.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2_000);
        }
      }),
    );
  });
});
