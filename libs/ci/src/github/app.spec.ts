import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type FakeApp, FakeGitHub, githubRun } from '@prunella/testing';
import { appFrom } from './app.ts';
import { github } from './index.ts';

let fake: FakeGitHub;
let app: FakeApp;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'prunella-app-'));
  fake = await FakeGitHub.start();
  app = fake.accounts.add({ repositories: ['acme/shop', 'acme/cart'] });
});

beforeEach(() => {
  fake.accounts.issued = 0;
  fake.accounts.lastsMs = 3_600_000;
  fake.requests.length = 0;
});

afterEach(() => {
  expect(fake.violations).toEqual([]);
});

afterAll(async () => {
  await fake.stop();
  rmSync(directory, { recursive: true, force: true });
});

// never aborted: how fast this machine is proves nothing
const signal = new AbortController().signal;
const variables = (): NodeJS.ProcessEnv => ({ GITHUB_APP_ID: String(app.id), GITHUB_APP_PRIVATE_KEY: app.privateKey });

function platform(more: NodeJS.ProcessEnv = {}) {
  const found = github({ GITHUB_API_URL: fake.url, ...variables(), ...more });
  if (found?.rerun === undefined) throw new Error('not configured');
  return { ...found, rerun: found.rerun };
}

describe('an App', () => {
  it.each`
    what                         | key
    ${'PEM'}                     | ${(pem: string) => ({ GITHUB_APP_PRIVATE_KEY: pem })}
    ${'PEM in one line'}         | ${(pem: string) => ({ GITHUB_APP_PRIVATE_KEY: pem.replaceAll('\n', '\\n') })}
    ${'base64'}                  | ${(pem: string) => ({ GITHUB_APP_PRIVATE_KEY: Buffer.from(pem).toString('base64') })}
    ${'a file that holds a key'} | ${(pem: string) => ({ GITHUB_APP_PRIVATE_KEY_FILE: fileWith(pem) })}
  `('is configured by its number and $what', ({ key }) => {
    const read = appFrom({ GITHUB_APP_ID: '7', ...(key as (pem: string) => NodeJS.ProcessEnv)(app.privateKey) });
    expect(read).toEqual({ id: '7', privateKey: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/) });
  });

  it.each`
    what                       | environment                                                                      | says
    ${'no key'}                | ${{ GITHUB_APP_ID: '7' }}                                                        | ${/GITHUB_APP_ID is set, but no key/}
    ${'no number'}             | ${{ GITHUB_APP_PRIVATE_KEY: 'x' }}                                               | ${/GITHUB_APP_PRIVATE_KEY is set, but GITHUB_APP_ID is not/}
    ${'a key that is none'}    | ${{ GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY: 'sesame' }}                      | ${/^GITHUB_APP_PRIVATE_KEY: expected the private key/}
    ${'a file that is none'}   | ${{ GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY_FILE: './no-such.pem' }}          | ${/GITHUB_APP_PRIVATE_KEY_FILE can.t be read: .*ENOENT/}
    ${'a broken installation'} | ${{ GITHUB_APP_ID: '7', GITHUB_APP_INSTALLATION_ID: 'all', withTheKey: 'true' }} | ${/GITHUB_APP_INSTALLATION_ID: expected a number, found "all"/}
  `('with $what is a clear error, without the key', ({ environment, says }) => {
    const { withTheKey, ...rest } = environment as NodeJS.ProcessEnv;
    const whole = { ...rest, ...(withTheKey && { GITHUB_APP_PRIVATE_KEY: app.privateKey }) };
    expect(() => appFrom(whole)).toThrow(says as RegExp);
    expect(() => appFrom(whole)).not.toThrow(/sesame/);
  });

  it('comes before a token when both are set', async () => {
    const run = fake.addRun();
    await platform({ GITHUB_TOKEN: 'ghp_test' }).rerun.rerunFailedJobs(githubRun(run), signal);
    expect(fake.accounts.issued).toBe(1);
  });
});

describe('installation tokens', () => {
  it('are asked for once for all requests to all repositories of an installation', async () => {
    const { reader, rerun } = platform();
    const [first, second] = [fake.addRun(), fake.addRun({ repository: 'acme/cart' })];
    await Promise.all([reader.state(githubRun(first), signal), reader.state(githubRun(second), signal)]);
    await rerun.rerunFailedJobs(githubRun(first), signal);
    expect(fake.accounts.issued).toBe(1);
    expect(fake.requests.filter((request) => request.endsWith('/installation')).sort()).toEqual([
      'GET /repos/acme/cart/installation',
      'GET /repos/acme/shop/installation',
    ]);
  });

  it('need no look-up where the installation is named', async () => {
    const { reader } = platform({ GITHUB_APP_INSTALLATION_ID: String(app.installationId) });
    await reader.state(githubRun(fake.addRun()), signal);
    expect(fake.requests.filter((request) => request.endsWith('/installation'))).toEqual([]);
    expect(fake.accounts.issued).toBe(1);
  });

  it('are not used any more shortly before they end', async () => {
    const { reader } = platform();
    fake.accounts.lastsMs = 30_000;
    const run = githubRun(fake.addRun());
    await reader.state(run, signal);
    const before = fake.accounts.issued;
    await reader.state(run, signal);
    expect(fake.accounts.issued).toBeGreaterThan(before);
  });

  it('are asked for anew, once, when they are not taken any more', async () => {
    const { reader, rerun } = platform();
    const run = fake.addRun();
    await reader.state(githubRun(run), signal);
    fake.accounts.expire();
    await rerun.rerunFailedJobs(githubRun(run), signal);
    expect(fake.accounts.issued).toBe(2);
    expect(fake.effects.filter((effect) => effect.includes(`#${run.id} `))).toHaveLength(1);
  });

  it('are given up when a new one is not taken either', async () => {
    const { reader } = platform();
    const run = githubRun(fake.addRun());
    await reader.state(run, signal);
    const no = { status: 401, body: { message: 'Bad credentials' } };
    for (const _ of [1, 2]) fake.fault({ on: /GET .*runs\/\d+$/, answer: no });
    await expect(reader.state(run, signal)).rejects.toMatchObject({ problem: 'unauthenticated' });
    expect(fake.accounts.issued).toBe(2);
    expect(await reader.state(run, signal)).toMatchObject({ status: 'completed' });
  });

  it.each`
    what                                 | on                 | answer                                                                              | problem              | says
    ${'a rate limit'}                    | ${/access_tokens/} | ${{ status: 429, headers: { 'retry-after': '7' }, body: { message: 'slow down' } }} | ${'rate-limited'}    | ${/ask for a token/}
    ${'an installation that is stopped'} | ${/access_tokens/} | ${{ status: 403, body: { message: 'This installation has been suspended' } }}       | ${'forbidden'}       | ${/suspended/}
    ${'an installation that is gone'}    | ${/access_tokens/} | ${{ status: 404, body: { message: 'Not Found' } }}                                  | ${'forbidden'}       | ${/has no installation/}
    ${'a key that is not the App’s'}     | ${/installation$/} | ${{ status: 401, body: { message: 'A JSON web token could not be decoded' } }}      | ${'unauthenticated'} | ${/JSON web token/}
    ${'a cut connection'}                | ${/installation$/} | ${'cut'}                                                                            | ${'unavailable'}     | ${/ask for a token/}
  `('tell $what as $problem, and come again after it', async ({ on, answer, problem, says }) => {
    const { reader } = platform();
    const run = githubRun(fake.addRun());
    // reading is tried three times on a cut connection
    for (let times = answer === 'cut' ? 3 : 1; times > 0; times--) fake.fault({ on, answer });
    const error: unknown = await reader.state(run, signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ problem, detail: expect.stringMatching(says) });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/PRIVATE KEY|ghs_|eyJ[\w-]+\.eyJ/);
    expect(await reader.state(run, signal)).toMatchObject({ status: 'completed' });
  });

  it('are not to be had where the App is not installed, and that says so', async () => {
    const run = githubRun(fake.addRun({ repository: 'acme/elsewhere' }));
    await expect(platform().reader.state(run, signal)).rejects.toMatchObject({
      problem: 'forbidden',
      detail: `the GitHub App ${app.id} is not installed in acme/elsewhere`,
    });
  });
});

function fileWith(text: string): string {
  const file = join(directory, 'key.pem');
  writeFileSync(file, text);
  return file;
}
