import type { Finding } from '@prunella/core';
import { FakeGitLab } from '@prunella/testing';
import { gitlab } from './index.ts';

/** Where nobody listens. */
const NOBODY = 'http://127.0.0.1:9';
let fake: FakeGitLab;

beforeEach(async () => {
  fake = await FakeGitLab.start();
});

afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

async function examine(need: 'read' | 'write', token = fake.token, url = fake.url): Promise<Finding[]> {
  const { signal } = new AbortController();
  return (await gitlab({ GITLAB_URL: url, GITLAB_TOKEN: token })?.examine?.({ need, signal })) ?? [];
}

it.each`
  scopes                 | need       | state
  ${['api']}             | ${'write'} | ${'ok'}
  ${['api']}             | ${'read'}  | ${'note'}
  ${['read_api']}        | ${'read'}  | ${'ok'}
  ${['read_api']}        | ${'write'} | ${'bad'}
  ${['read_repository']} | ${'read'}  | ${'bad'}
  ${undefined}           | ${'write'} | ${'ok'}
`('a token with $scopes to $need: $state', async ({ scopes, need, state }) => {
  fake.scopes = scopes as string[] | undefined;
  expect(await examine(need as 'read' | 'write')).toMatchObject([{ name: 'GitLab token', state }]);
});

it('refuses a wrong token, and says so without it', async () => {
  const findings = await examine('read', 'glpat-wrong');
  expect(findings).toMatchObject([{ state: 'bad', found: expect.stringContaining('401') }]);
  expect(JSON.stringify(findings)).not.toContain('glpat-wrong');
});

it('says when it ends', async () => {
  fake.scopes = ['read_api'];
  fake.tokenEnds = '2020-01-31';
  expect(await examine('read')).toMatchObject([{ state: 'ok' }, { state: 'bad', found: 'it ended on 2020-01-31' }]);
});

it('without a token only what is public is read', async () => {
  expect(await examine('read', '')).toMatchObject([{ state: 'note' }]);
});

it('says where nothing answers', async () => {
  expect(await examine('read', 'glpat-test', NOBODY)).toMatchObject([
    { state: 'bad', mend: expect.stringContaining('GITLAB_URL') },
  ]);
}, 30_000);
