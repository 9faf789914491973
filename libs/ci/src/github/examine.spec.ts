import type { Finding } from '@prunella/core';
import { FakeGitHub } from '@prunella/testing';
import { github } from './index.ts';

const DAY = 86_400_000;
let fake: FakeGitHub;

beforeAll(async () => {
  fake = await FakeGitHub.start();
  fake.addRun();
});

beforeEach(() => {
  fake.accounts.scopes = ['repo'];
  fake.accounts.tokenEnds = undefined;
  fake.accounts.hook = undefined;
  fake.accounts.sent.length = 0;
});

afterEach(() => expect(fake.violations).toEqual([]));

afterAll(() => fake.stop());

const { signal } = new AbortController();

async function examine(
  need: 'read' | 'write',
  { place, ...environment }: Record<string, string> & { place?: string } = {},
): Promise<Finding[]> {
  const platform = github({ GITHUB_API_URL: fake.url, GITHUB_TOKEN: 'ghp_test', ...environment });
  return (await platform?.examine?.({ need, ...(place !== undefined && { place }), signal })) ?? [];
}

const states = (findings: Finding[]) => findings.map(({ name, state }) => `${name}: ${state}`);

it.each`
  token             | scopes              | need       | state
  ${'with repo'}    | ${['repo', 'user']} | ${'write'} | ${'ok'}
  ${'with repo'}    | ${['repo']}         | ${'read'}  | ${'ok'}
  ${'public only'}  | ${['public_repo']}  | ${'write'} | ${'note'}
  ${'without repo'} | ${['read:org']}     | ${'write'} | ${'bad'}
  ${'without repo'} | ${['read:org']}     | ${'read'}  | ${'note'}
  ${'fine-grained'} | ${undefined}        | ${'write'} | ${'ok'}
`('a token $token to $need: $state', async ({ scopes, need, state }) => {
  fake.accounts.scopes = scopes as string[] | undefined;
  const [finding] = await examine(need as 'read' | 'write');
  expect(finding).toMatchObject({ name: 'GitHub token', state });
});

it.each`
  what                      | answer                                                                               | asked | state     | says
  ${'is not valid'}         | ${{ status: 401, body: { message: 'Bad credentials' } }}                             | ${1}  | ${'bad'}  | ${/it is not taken.*401/}
  ${'is behind a proxy'}    | ${{ status: 502, body: {} }}                                                         | ${3}  | ${'bad'}  | ${/502/}
  ${'has no requests left'} | ${{ status: 429, headers: { 'retry-after': '60' }, body: { message: 'slow down' } }} | ${1}  | ${'note'} | ${/rate limit/}
`(
  'where it $what: $state, and nothing else is asked',
  async ({ answer, asked, state, says }) => {
    for (let times = 0; times < asked; times++) fake.fault({ on: /rate_limit/, answer });
    const findings = await examine('read', { place: 'acme/shop' });
    if (state === 'bad') expect(states(findings)).toEqual([`GitHub token: ${state}`]);
    expect(findings[0]).toMatchObject({ state, found: expect.stringMatching(says), mend: expect.any(String) });
  },
  30_000,
);

it('says where nothing answers, and shows no token', async () => {
  const findings = await examine('read', { GITHUB_API_URL: 'http://127.0.0.1:9' });
  expect(findings).toMatchObject([{ state: 'bad', mend: expect.stringContaining('GITHUB_API_URL') }]);
  expect(JSON.stringify(findings)).not.toContain('ghp_test');
}, 30_000);

it('tries to read runs where some were seen', async () => {
  expect(states(await examine('read', { place: 'acme/shop' }))).toEqual(['GitHub token: ok', 'GitHub runs: ok']);
  expect(states(await examine('read', { place: 'acme/gone' }))).toEqual(['GitHub token: ok', 'GitHub runs: bad']);
});

it.each`
  inDays | state
  ${60}  | ${'ok'}
  ${3}   | ${'note'}
  ${-1}  | ${'bad'}
`('a token that ends in $inDays days: $state', async ({ inDays, state }) => {
  fake.accounts.tokenEnds = new Date(Date.now() + inDays * DAY).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
  expect((await examine('read'))[1]).toMatchObject({ name: 'GitHub token, its end', state });
});

it('without a token only what is public is read', async () => {
  expect(states(await examine('write', { GITHUB_TOKEN: '' }))).toEqual(['GitHub token: note']);
});

describe('a GitHub App', () => {
  function app(): Record<string, string> {
    const { id, privateKey } = fake.accounts.add();
    return { GITHUB_TOKEN: '', GITHUB_APP_ID: String(id), GITHUB_APP_PRIVATE_KEY: privateKey };
  }

  it.each`
    permissions                                     | need       | state
    ${{ actions: 'write', pull_requests: 'write' }} | ${'write'} | ${'ok'}
    ${{ actions: 'read', pull_requests: 'write' }}  | ${'write'} | ${'bad'}
    ${{ actions: 'write' }}                         | ${'write'} | ${'bad'}
    ${{ actions: 'read' }}                          | ${'read'}  | ${'ok'}
    ${{ contents: 'read' }}                         | ${'read'}  | ${'bad'}
  `('with $permissions to $need: $state', async ({ permissions, need, state }) => {
    fake.accounts.permissions = permissions as Record<string, string>;
    const [finding] = await examine(need as 'read' | 'write', app());
    expect(finding).toMatchObject({ name: 'GitHub App', state });
  });

  it('whose key is another one is not taken', async () => {
    const own = app();
    const other = fake.accounts.add().privateKey;
    const findings = await examine('read', { ...own, GITHUB_APP_PRIVATE_KEY: other });
    expect(findings).toMatchObject([{ name: 'GitHub App', state: 'bad', found: expect.stringContaining('401') }]);
  });

  it('tells what became of the webhooks that it sent', async () => {
    fake.accounts.sent.push({ at: '2026-11-28T10:00:00Z', status: 202, says: 'OK' });
    fake.accounts.sent.push({ at: '2026-11-28T11:00:00Z', status: 401, says: 'Unauthorized' });
    const platform = github({ GITHUB_API_URL: fake.url, ...app() });
    expect(await platform?.sentWebhooks?.('acme/shop', signal)).toEqual({
      sent: 2,
      failed: 1,
      failure: { at: '2026-11-28T11:00:00Z', says: '401 Unauthorized' },
    });
  });
});

it.each`
  hook                                          | told
  ${'https://prunella.example/webhooks/github'} | ${{ sent: 1, failed: 1, failure: { at: '2026-11-28T11:00:00Z', says: 'failed to connect to host' } }}
  ${'https://elsewhere.example/'}               | ${undefined}
  ${'forbidden'}                                | ${undefined}
  ${undefined}                                  | ${undefined}
`('the webhook of a repository leads to $hook', async ({ hook, told }) => {
  fake.accounts.hook = hook as string | undefined;
  fake.accounts.sent.push({ at: '2026-11-28T11:00:00Z', status: 0, says: 'failed to connect to host' });
  const platform = github({ GITHUB_API_URL: fake.url, GITHUB_TOKEN: 'ghp_test' });
  expect(await platform?.sentWebhooks?.('acme/shop', signal)).toEqual(told);
});
