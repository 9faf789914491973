import type { Finding } from '@prunella/core';
import { FakeJenkins } from '@prunella/testing';
import { jenkins } from './index.ts';

let fake: FakeJenkins;

beforeEach(async () => {
  fake = await FakeJenkins.start();
});

afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

async function examine(need: 'read' | 'write', account: Record<string, string> = {}): Promise<Finding[]> {
  const { signal } = new AbortController();
  return (await jenkins({ JENKINS_URL: fake.url, ...account })?.examine?.({ need, signal })) ?? [];
}

const ours = () => ({ JENKINS_USER: fake.user, JENKINS_TOKEN: fake.token });

it('knows as whom it is taken, and that it may look around', async () => {
  expect(await examine('write', ours())).toMatchObject([
    { name: 'Jenkins account', state: 'ok', found: 'it is taken, as prunella' },
    { name: 'Jenkins, reading', state: 'ok' },
  ]);
});

it.each`
  what                | account                                                | anonymousRead | state
  ${'a wrong token'}  | ${{ JENKINS_USER: 'prunella', JENKINS_TOKEN: 'nope' }} | ${true}       | ${'bad'}
  ${'nobody'}         | ${{}}                                                  | ${true}       | ${'note'}
  ${'nobody, locked'} | ${{}}                                                  | ${false}      | ${'bad'}
`('$what: $state', async ({ account, anonymousRead, state }) => {
  fake.anonymousRead = anonymousRead as boolean;
  const findings = await examine('write', account as Record<string, string>);
  expect(findings[0]).toMatchObject({ name: 'Jenkins account', state, mend: expect.any(String) });
  expect(JSON.stringify(findings)).not.toContain('nope');
});

it('says where nothing answers', async () => {
  expect(await examine('read', { ...ours(), JENKINS_URL: 'http://127.0.0.1:9' })).toMatchObject([
    { state: 'bad', mend: expect.stringContaining('JENKINS_URL') },
  ]);
}, 30_000);
