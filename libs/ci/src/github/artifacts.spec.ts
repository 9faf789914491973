import { ProviderError, type TestReportOptions } from '@prunella/core';
import { type FakeArtifact, FakeGitHub, type FakeRun, githubRun, zipOf } from '@prunella/testing';
import { github } from './index.ts';

let fake: FakeGitHub;

beforeAll(async () => {
  fake = await FakeGitHub.start();
});

afterEach(() => {
  expect(fake.violations).toEqual([]);
  fake.patience = undefined;
});

afterAll(() => fake.stop());

const reader = () => github({ GITHUB_API_URL: fake.url, GITHUB_TOKEN: 'ghp_test' })?.reader;
const usual = { isReport: (name: string) => name.startsWith('junit'), signal: new AbortController().signal };

async function read(run: FakeRun, options: Partial<TestReportOptions> = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const one of reader()?.testReports?.(githubRun(run), { ...usual, ...options }) ?? []) {
    found.push(
      `${one.from} ${'tests' in one ? '' : 'xml' in one ? `${one.file} ${Buffer.from(one.xml)}` : `${one.problem}: ${one.gap}`}`,
    );
  }
  return found;
}

async function left(run: FakeRun, name: string, changes: Partial<FakeArtifact> = {}): Promise<FakeArtifact> {
  return fake.artifacts.add(run, { name, content: await zipOf({ 'r.xml': `<${name}/>` }), ...changes });
}

it('reads the artefacts of these names, zipped or as they are, and sends the token to nobody else', async () => {
  const run = fake.addRun();
  await left(run, 'junit-a');
  await left(run, 'binaries');
  await left(run, 'junit.xml', { content: Buffer.from('<plain/>') });
  await left(fake.addRun(), 'junit-of-another-run');
  expect(await read(run)).toEqual(['junit-a r.xml <junit-a/>', 'junit.xml junit.xml <plain/>']);
});

it('asks once where nothing has such a name', async () => {
  const run = fake.addRun();
  await left(run, 'binaries');
  const before = fake.requests.length;
  expect(await read(run)).toEqual([]);
  expect(fake.requests).toHaveLength(before + 1);
});

it('takes what was left behind in this attempt only: each uploads under the same names', async () => {
  const run = fake.addRun();
  const at = (time: string) => ({
    createdAt: `2026-03-01T10:${time}Z`,
    content: Buffer.from(`<at-${time.slice(0, 2)}/>`),
  });
  for (const time of ['05:00', '15:00', '25:00']) await left(run, 'junit', at(time));
  const window = { startedAt: '2026-03-01T10:10:00Z', finishedAt: '2026-03-01T10:20:00Z' };
  expect(await read(run, window)).toEqual(['junit junit <at-15/>']);
  expect(await read(run, { startedAt: window.startedAt })).toHaveLength(2);
  expect(await read(run)).toHaveLength(3);
});

it.each<[string, Partial<FakeArtifact>, RegExp]>([
  ['is told to have expired', { expired: true }, /^junit expired: the artefact has expired/],
  ['is larger than we take', { size: 40_000_000 }, /^junit too-large: expected at most .* found 40000000/],
  ['is larger than it says', { size: 10, content: Buffer.alloc(33 * 1024 ** 2) }, /^junit too-large: .* found more/],
  ['is no archive', { content: Buffer.from('PK nonsense') }, /^junit unreadable: the archive can't be read/],
])('tells of one that %s, and goes on', async (_what, changes, told) => {
  const run = fake.addRun();
  await left(run, 'junit', changes);
  await left(run, 'junit-b');
  expect(await read(run)).toEqual([expect.stringMatching(told), 'junit-b r.xml <junit-b/>']);
});

it('reads no more than 20', async () => {
  const run = fake.addRun();
  for (let n = 0; n < 22; n++) await left(run, `junit-${n}`);
  const found = await read(run);
  expect(found).toHaveLength(22);
  expect(found.slice(20)).toEqual([
    expect.stringMatching(/^junit-20 too-large/),
    expect.stringMatching(/^junit-21 too-large/),
  ]);
});

it('of more than a page it reads all', async () => {
  const run = fake.addRun();
  for (let n = 0; n < 101; n++) await left(run, n === 0 ? 'junit' : `binaries-${n}`);
  expect(await read(run)).toEqual(['junit r.xml <junit/>']);
});

it.each`
  on                    | status | told
  ${/\/artifacts$/}     | ${403} | ${/^the list of artefacts forbidden: .*"actions: read"/}
  ${/\/artifacts$/}     | ${404} | ${/^the list of artefacts expired: .*HTTP 404/}
  ${/\/artifacts\/\d+/} | ${403} | ${/^junit forbidden: .*"actions: read"/}
  ${/\/artifacts\/\d+/} | ${410} | ${/^junit expired: .*HTTP 410/}
`('says why nothing can be read where GitHub answers $status to $on', async ({ on, status, told }) => {
  const run = fake.addRun();
  await left(run, 'junit');
  fake.fault({ on, answer: { status, body: { message: 'no' } } });
  expect(await read(run)).toEqual([expect.stringMatching(told)]);
});

it.each`
  on                         | answer                                              | problem
  ${/\/artifacts$/}          | ${{ status: 429, headers: { 'retry-after': '7' } }} | ${'rate-limited'}
  ${/GET \/artifacts\/\d+$/} | ${{ status: 403, body: {} }}                        | ${'unavailable'}
  ${/GET \/artifacts\/\d+$/} | ${'cut'}                                            | ${'unavailable'}
`('what may be over later is an error: $on, $problem', async ({ on, answer, problem }) => {
  const run = fake.addRun();
  await left(run, 'junit');
  fake.fault({ on, answer });
  await expect(read(run)).rejects.toMatchObject({ problem, retryable: true });
  expect(await read(run)).toHaveLength(1);
});

it('keeps the last requests for failures', async () => {
  const run = fake.addRun();
  await left(run, 'junit');
  fake.patience = { limit: 5_000, left: 100 };
  await expect(read(run)).rejects.toThrow(ProviderError);
});

it.each(['http://169.254.169.254/latest/meta-data', 'http://10.0.0.1/artifacts/1?sig=sesame', 'file:///etc/passwd'])(
  'an artefact is not fetched from %s, and not asked for again',
  async (location) => {
    const run = fake.addRun();
    await left(run, 'junit-a');
    fake.fault({ on: /artifacts\/\d+\/zip/, answer: { status: 302, headers: { location } } });
    const [found = ''] = await read(run);
    expect(found).toMatch(/^junit-a unreadable: .*expected (?:a public address|an address that begins with http)/);
    expect(found).not.toContain('sesame');
  },
);
