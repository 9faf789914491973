import { type CiReader, ProviderError } from '@prunella/core';
import { githubRun } from '@prunella/testing';
import { logAccess } from './log-access.ts';

const run = githubRun({ repository: 'acme/shop', id: 7, attempt: 1, headSha: 'a', branch: 'main' } as never);
const { signal } = new AbortController();

function reader(answer: unknown): CiReader {
  return {
    platform: 'github',
    failedJobs: async () => {
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
  } as unknown as CiReader;
}

it.each`
  what                    | answer                                                  | state
  ${'its log is read'}    | ${[{ name: 'build', log: 'x' }]}                        | ${'ok'}
  ${'no job failed'}      | ${[]}                                                   | ${'ok'}
  ${'its log is refused'} | ${[{ name: 'build', gap: 'HTTP 403' }]}                 | ${'bad'}
  ${'its jobs are'}       | ${new ProviderError('github', 'forbidden', 'HTTP 403')} | ${'bad'}
  ${'it is gone'}         | ${new ProviderError('github', 'not-found', 'HTTP 404')} | ${'note'}
`('where $what: $state', async ({ answer, state }) => {
  expect(await logAccess(run, reader(answer), signal)).toMatchObject([{ name: 'logs of github', state }]);
});

it('says that nobody reads a platform, but of those that have no logs', async () => {
  expect(await logAccess(run, undefined, signal)).toMatchObject([{ state: 'note' }]);
  expect(await logAccess({ ...run, platform: 'generic' }, undefined, signal)).toEqual([]);
});

it('keeps an error of our own', async () => {
  await expect(logAccess(run, reader(new TypeError('ours')), signal)).rejects.toThrow('ours');
});
