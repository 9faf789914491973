import { FakeSlack } from '@prunella/testing';
import { examineSlack } from './examine.ts';

let fake: FakeSlack;

beforeEach(async () => {
  fake = await FakeSlack.start();
});

afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
  expect(fake.messages).toEqual([]);
});

const { signal } = new AbortController();

function examine(more: Record<string, string> = {}) {
  const own = { SLACK_BOT_TOKEN: fake.token, SLACK_CHANNEL: 'C0BUILDS', SLACK_API_URL: fake.url };
  return examineSlack({ ...own, ...more }, signal);
}

it('a bot that may all it needs', async () => {
  expect(await examine()).toMatchObject([
    { state: 'ok', found: 'the token is taken, as prunella in Acme' },
    { state: 'ok' },
  ]);
});

it.each`
  what                     | more                              | states
  ${'a wrong token'}       | ${{ SLACK_BOT_TOKEN: 'xoxb-no' }} | ${['bad']}
  ${'a channel unknown'}   | ${{ SLACK_CHANNEL: 'C0NOWHERE' }} | ${['ok', 'bad']}
  ${'a channel of others'} | ${{ SLACK_CHANNEL: 'C0SECRET' }}  | ${['ok', 'bad']}
  ${'no bot'}              | ${{ SLACK_BOT_TOKEN: '' }}        | ${['note']}
`('$what: $states', async ({ more, states }) => {
  const findings = await examine(more as Record<string, string>);
  expect(findings.map(({ state }) => state)).toEqual(states);
  expect(JSON.stringify(findings)).not.toContain('xoxb-no');
});

it('a missing scope is told, and what it is for', async () => {
  fake.scopes.delete('channels:history');
  expect((await examine())[1]).toMatchObject({ state: 'note', mend: expect.stringContaining('channels:history') });
});

it('says where nothing answers', async () => {
  expect(await examine({ SLACK_API_URL: 'http://127.0.0.1:9' })).toMatchObject([
    { state: 'bad', mend: expect.stringContaining('way to Slack') },
  ]);
}, 30_000);
