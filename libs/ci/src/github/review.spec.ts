import { FakeGitHub, type FakePull, type FakeRun, githubRun } from '@prunella/testing';
import type { Review, ReviewNote } from '../platform.ts';
import { github } from './index.ts';

let fake: FakeGitHub;

beforeAll(async () => {
  fake = await FakeGitHub.start();
});

beforeEach(() => {
  fake.pulls.writes.length = 0;
});

afterEach(() => {
  expect(fake.violations).toEqual([]);
});

afterAll(() => fake.stop());

// never aborted: how fast this machine is proves nothing
const signal = new AbortController().signal;

function review(): Review {
  const found = github({ GITHUB_API_URL: fake.url, GITHUB_TOKEN: 'ghp_test' })?.review;
  if (found === undefined) throw new Error('not configured');
  return found;
}

const note: ReviewNote = { key: 'note_1', title: 'ci failed', body: 'The network.', state: 'open' };

let branches = 0;

/** A run of a branch that has a pull request. */
function changed(pull: Partial<FakePull> = {}, change: Partial<FakeRun> = {}): { run: FakeRun; pull: FakePull } {
  const branch = `change-${branches++}`;
  const run = fake.addRun({ branch, ...change } as never);
  return { run, pull: fake.addPull({ branch, ...pull }) };
}

it('says it once, and says what is new in the same place', async () => {
  const { run, pull } = changed();
  const url = await review().note(githubRun(run), note, signal);
  expect(url).toMatch(new RegExp(`/acme/shop/pull/${pull.number}#issuecomment-\\d+$`));
  await review().note(githubRun(run), note, signal);
  expect(await review().note(githubRun(run), { ...note, body: 'It passed.', state: 'healed' }, signal)).toBe(url);
  expect(fake.pulls.on(pull)).toEqual(['<!-- prunella:note_1 -->\n### ci failed\n\nIt passed.\n']);
  expect(fake.pulls.writes).toEqual([`comment acme/shop#${pull.number}`, `update acme/shop#${pull.number}`]);
});

it('finds its own comment over all pages, and leaves those of others alone', async () => {
  const { run, pull } = changed();
  const theirs = '<!-- prunella:note_1 -->\nlook here';
  fake.pulls.comment(pull, theirs, 'mallory');
  for (let count = 0; count < 130; count++) fake.pulls.comment(pull, `comment ${count}`, 'bob');
  await review().note(githubRun(run), note, signal);
  await review().note(githubRun(run), { ...note, key: 'note_10' }, signal);
  await review().note(githubRun(run), { ...note, title: 'ci passed' }, signal);
  const all = fake.pulls.on(pull);
  expect([all[0], all.length]).toEqual([theirs, 133]);
  expect(all.slice(-2)).toEqual([expect.stringMatching(/ci passed/), expect.stringMatching(/:note_10 -->/)]);
});

it('with a token that may not tell whose it is leaves alone what people wrote, whatever marker they put in', async () => {
  fake.accounts.person = undefined;
  const { run, pull } = changed();
  const theirs = '<!-- prunella:note_1 -->\nlook here';
  fake.pulls.comment(pull, theirs, 'mallory');
  fake.pulls.comment(pull, '<!-- prunella:note_1 -->\nof before', 'github-actions[bot]');
  await review().note(githubRun(run), note, signal);
  fake.accounts.person = 'ada';
  expect(fake.pulls.on(pull)).toEqual([theirs, expect.stringMatching(/The network/)]);
});

it('tells the pull request of a fork, and no other one', async () => {
  const branch = 'main';
  const headRepository = 'ada/shop';
  const { pull } = changed({ branch, headRepository });
  const other = fake.addPull({ branch, headRepository: 'bob/shop' });
  const sameOwner = fake.addPull({ branch, headRepository: 'ada/shop-2' });
  const run = fake.addRun({ branch, headRepository });
  await review().note(githubRun(run), note, signal);
  expect([pull, other, sameOwner].map((one) => fake.pulls.on(one).length)).toEqual([1, 0, 0]);
});

it.each`
  what                      | change                                           | pull
  ${'none is open'}         | ${{}}                                            | ${{ state: 'closed' }}
  ${'it is of another one'} | ${{ branch: 'other' }}                           | ${{}}
  ${'it was a tag'}         | ${{ branch: '' }}                                | ${{}}
  ${'the fork is gone'}     | ${{ headRepository: null, branch: 'gone-fork' }} | ${{ branch: 'gone-fork' }}
`('says nothing where $what', async ({ change, pull }) => {
  const { run } = changed(pull as Partial<FakePull>, change as Partial<FakeRun>);
  // null there is not in GitHub's own description
  if (run.headRepository === null) fake.violations.length = 0;
  expect(await review().note(githubRun(run), note, signal)).toBeUndefined();
  expect(fake.pulls.writes).toEqual([]);
  if (run.headRepository === null) fake.violations.length = 0;
});

it('says nothing about a run that is not there any more', async () => {
  const { run } = changed();
  expect(await review().note({ ...githubRun(run), runId: '99' }, note, signal)).toBeUndefined();
});

it('takes no comment for written of which half an answer says nothing', async () => {
  const { run } = changed();
  fake.fault({ on: /POST .*comments/, answer: 'half' });
  await expect(review().note(githubRun(run), note, signal)).rejects.toMatchObject({
    problem: 'unavailable',
    message: expect.stringMatching(/the answer broke off/),
  });
  expect(await review().note(githubRun(run), note, signal)).toEqual(expect.stringContaining('https://'));
});

it('writes one comment when the answer got lost', async () => {
  const { run, pull } = changed();
  fake.fault({ on: /POST .*comments/, answer: 'cut', afterEffect: true });
  await expect(review().note(githubRun(run), note, signal)).rejects.toMatchObject({ problem: 'unavailable' });
  await review().note(githubRun(run), { ...note, body: 'again' }, signal);
  expect(fake.pulls.on(pull)).toEqual([expect.stringContaining('again')]);
});

it.each`
  what                  | on                     | answer                                                                                             | problem              | retryAfterMs
  ${'a rate limit'}     | ${/POST .*comments/}   | ${{ status: 429, headers: { 'retry-after': '3' }, body: { message: 'slow down' } }}                | ${'rate-limited'}    | ${3_000}
  ${'a secondary one'}  | ${/POST .*comments/}   | ${{ status: 403, body: { message: 'You have exceeded a secondary rate limit' } }}                  | ${'rate-limited'}    | ${60_000}
  ${'no right'}         | ${/POST .*comments/}   | ${{ status: 403, body: { message: 'Resource not accessible by personal access token' } }}          | ${'forbidden'}       | ${undefined}
  ${'a locked one'}     | ${/POST .*comments/}   | ${{ status: 403, body: { message: 'Unable to create comment because issue is locked.' } }}         | ${'forbidden'}       | ${undefined}
  ${'an expired token'} | ${/GET .*runs/}        | ${{ status: 401, body: { message: 'Bad credentials' } }}                                           | ${'unauthenticated'} | ${undefined}
  ${'an old one'}       | ${/GET .*\/pulls$/}    | ${{ status: 403, headers: { 'x-ratelimit-remaining': '0' }, body: { message: 'API rate limit' } }} | ${'rate-limited'}    | ${60_000}
  ${'a page that ails'} | ${/GET .*\/comments$/} | ${{ status: 404, body: { message: 'Not Found' } }}                                                 | ${'not-found'}       | ${undefined}
`('tells $what as $problem', async ({ on, answer, problem, retryAfterMs }) => {
  const { run, pull } = changed();
  fake.fault({ on, answer });
  await expect(review().note(githubRun(run), note, signal)).rejects.toMatchObject({
    problem,
    options: retryAfterMs === undefined ? {} : { retryAfterMs },
  });
  expect(fake.pulls.on(pull)).toEqual([]);
});
