import type { Notification, Notifier, Reply } from '@prunella/core';
import { FakeSlack } from '@prunella/testing';
import type { Post, Posts } from './posts.ts';
import { slack } from './slack.ts';

const note: Notification = {
  title: 'acme/shop ci failed: network',
  text: 'The connection timed out.',
  urgency: 'normal',
  facts: [{ name: 'branch', value: 'main' }],
  evidence: [],
  key: 'inc_1.1.asked.note',
};
const question: Notification = {
  ...note,
  approval: {
    incidentId: 'inc_1',
    attempt: 1,
    action: 'retry',
    by: 'anybody',
    expiresAt: '2026-01-01T00:00:00.000Z',
    answerUrl: 'http://127.0.0.1:7100/v1/approvals/inc_1',
  },
};
const answered: Required<Reply> = { says: 'Approved by ada at 10:00: it is back.', instead: note };
const signal = () => AbortSignal.timeout(10_000);

let fake: FakeSlack;
let kept: Map<string, Post>;

beforeAll(async () => {
  fake = await FakeSlack.start();
});
beforeEach(() => {
  kept = new Map();
  fake.messages.length = 0;
  fake.calls.length = 0;
  for (const scope of ['chat:write', 'channels:history']) fake.scopes.add(scope);
});
afterEach(() => expect(fake.violations).toEqual([]));
afterAll(() => fake.stop());

/** What is kept; `crash`: so many writes go through, then the process is gone. */
function posts(crash = Number.POSITIVE_INFINITY): Posts {
  let writes = 0;
  return {
    async get(key) {
      const value = kept.get(key);
      return value && { value };
    },
    async put(key, post) {
      writes += 1;
      if (writes > crash) throw new Error('killed');
      kept.set(key, post);
    },
  };
}

function bot(environment: NodeJS.ProcessEnv = {}, crash?: number): Notifier {
  const usual = { SLACK_BOT_TOKEN: fake.token, SLACK_CHANNEL: 'C0BUILDS', SLACK_API_URL: fake.url };
  const found = slack({ ...usual, SLACK_WEBHOOK_URL: 'http://127.0.0.1:1/', ...environment }, posts(crash));
  if (found === undefined) throw new Error('it is not configured');
  return found;
}

const failure = (working: Promise<unknown>) => working.then(() => undefined).catch((error: unknown) => error);
const standing = () => fake.messages.map(({ blocks }) => JSON.stringify(blocks));

it('posts a question with its buttons, and puts the answer in its place without them', async () => {
  await bot().notify(question, signal());
  expect(standing()).toEqual([expect.stringContaining('prunella_approve')]);
  await bot().amend?.(answered, signal());
  await bot().amend?.(answered, signal());
  expect(fake.messages).toHaveLength(1);
  expect(standing()).toEqual([expect.stringContaining('Approved by ada at 10:00: it is back.')]);
  expect(standing()[0]).not.toContain('prunella_approve');
});

it('posts once for each note, however often it is told', async () => {
  for (const key of ['a', 'a', 'b']) await bot().notify({ ...note, key }, signal());
  expect(fake.messages.map(({ metadata }) => metadata?.event_payload)).toEqual([{ key: 'a' }, { key: 'b' }]);
  expect(fake.calls).not.toContain('conversations.history');
});

describe('after a crash', () => {
  it('looks before it posts again: what got through stays the only one, and can be changed', async () => {
    expect(await failure(bot({}, 1).notify(question, signal()))).toMatchObject({ message: 'killed' });
    await bot().notify({ ...note, key: 'another' }, signal());
    await bot().notify(question, signal());
    expect(fake.messages).toHaveLength(2);
    await bot().amend?.(answered, signal());
    expect(standing().join()).not.toContain('prunella_approve');
  });

  it('looks after an answer that never arrived', async () => {
    fake.failNext('chat.postMessage', 'lost');
    expect(await failure(bot().notify(note, signal()))).toMatchObject({ problem: 'unavailable' });
    await bot().notify(note, signal());
    expect(fake.messages).toHaveLength(1);
  });

  it('posts what did not get through', async () => {
    fake.failNext('chat.postMessage', { status: 503 });
    expect(await failure(bot().notify(note, signal()))).toMatchObject({ problem: 'unavailable' });
    await bot().notify(note, signal());
    expect(fake.messages).toHaveLength(1);
  });

  it('may post twice where it may not look: rather that than never', async () => {
    fake.scopes.delete('channels:history');
    fake.failNext('chat.postMessage', 'lost');
    await failure(bot().notify(note, signal()));
    await bot().notify(note, signal());
    expect(fake.messages).toHaveLength(2);
  });

  it('waits where it can not look just now', async () => {
    fake.failNext('chat.postMessage', 'lost');
    await failure(bot().notify(note, signal()));
    fake.failNext('conversations.history', { status: 429, headers: { 'retry-after': '30' } });
    expect(await failure(bot().notify(note, signal()))).toMatchObject({
      problem: 'rate-limited',
      options: { retryAfterMs: 30_000 },
    });
    expect(fake.messages).toHaveLength(1);
  });
});

it.each`
  fault                                               | problem              | says
  ${{ error: 'invalid_auth' }}                        | ${'unauthenticated'} | ${'set SLACK_BOT_TOKEN'}
  ${{ error: 'token_revoked' }}                       | ${'unauthenticated'} | ${'install the app again'}
  ${{ error: 'channel_not_found' }}                   | ${'not-found'}       | ${'set SLACK_CHANNEL'}
  ${{ error: 'not_in_channel' }}                      | ${'forbidden'}       | ${'invite the app'}
  ${{ error: 'is_archived' }}                         | ${'forbidden'}       | ${'not archived'}
  ${{ error: 'ratelimited' }}                         | ${'rate-limited'}    | ${'ratelimited'}
  ${{ status: 429, headers: { 'retry-after': '7' } }} | ${'rate-limited'}    | ${'HTTP 429'}
  ${{ error: 'fatal_error' }}                         | ${'unavailable'}     | ${'fatal_error'}
  ${{ status: 500 }}                                  | ${'unavailable'}     | ${'HTTP 500'}
  ${{ status: 200 }}                                  | ${'unavailable'}     | ${'expected an answer with "ok"'}
  ${{ error: 'something_new' }}                       | ${'refused'}         | ${'something_new'}
`('$fault is $problem', async ({ fault, problem, says }) => {
  fake.failNext('chat.postMessage', fault);
  const error = await failure(bot().notify(note, signal()));
  expect(error).toMatchObject({ provider: 'slack', problem, message: expect.stringContaining(says) });
  expect(String(error)).not.toContain('sesame');
  expect(fake.messages).toEqual([]);
});

it.each`
  environment                          | problem              | says
  ${{ SLACK_BOT_TOKEN: 'xoxb-other' }} | ${'unauthenticated'} | ${'invalid_auth'}
  ${{ SLACK_CHANNEL: 'C0NOWHERE' }}    | ${'not-found'}       | ${'channel_not_found'}
  ${{ SLACK_CHANNEL: 'C0SECRET' }}     | ${'forbidden'}       | ${'not_in_channel'}
`('$environment is answered with $says', async ({ environment, problem, says }) => {
  expect(await failure(bot(environment).notify(note, signal()))).toMatchObject({
    problem,
    message: expect.stringContaining(says),
  });
});

it('says which scope is missing', async () => {
  fake.scopes.delete('chat:write');
  expect(await failure(bot().notify(note, signal()))).toMatchObject({
    problem: 'forbidden',
    message: expect.stringContaining('missing_scope (chat:write): add the scope'),
  });
});

it.each`
  to            | posted
  ${'#builds'}  | ${1}
  ${'#secret'}  | ${2}
  ${'#nowhere'} | ${2}
`('a note for $to is in the usual channel after $posted calls', async ({ to, posted }) => {
  await bot().notify({ ...note, to }, signal());
  expect(fake.messages).toMatchObject([{ channel: 'C0BUILDS' }]);
  expect(fake.calls).toHaveLength(posted);
});

describe('a change', () => {
  it('of what was never told is none', async () => {
    await bot().amend?.(answered, signal());
    expect(fake.calls).toEqual([]);
  });

  it.each`
    error                    | problem
    ${'message_not_found'}   | ${'not-found'}
    ${'cant_update_message'} | ${'forbidden'}
    ${'edit_window_closed'}  | ${'forbidden'}
    ${'ratelimited'}         | ${'rate-limited'}
  `('that meets $error is $problem', async ({ error, problem }) => {
    await bot().notify(question, signal());
    fake.failNext('chat.update', { error });
    expect(await failure(Promise.resolve(bot().amend?.(answered, signal())))).toMatchObject({ problem });
  });

  it('of a message that somebody deleted is said to be none', async () => {
    await bot().notify(question, signal());
    fake.remove(fake.messages[0]?.ts ?? '');
    expect(await failure(Promise.resolve(bot().amend?.(answered, signal())))).toMatchObject({
      problem: 'not-found',
      message: expect.stringContaining('message_not_found'),
    });
  });
});

it('is refused without a channel', () => {
  expect(() => bot({ SLACK_CHANNEL: '' })).toThrow(/SLACK_CHANNEL is not: expected the id of the channel/);
});
