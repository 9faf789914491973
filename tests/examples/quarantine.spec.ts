import { execFile, spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ServiceProcess,
  startServiceProcess,
  startTestNats,
  startTestPostgres,
  type TestServer,
} from '@prunella/testing';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLES = join(ROOT, 'examples', 'quarantine');
const TOKEN = 'a-token-for-the-api';

/** Debian's pytest is installed by .ci/run; without one its example is not tried. */
const hasPytest = spawnSync('python3', ['-m', 'pytest', '--version']).status === 0;

let nats: TestServer;
let postgres: TestServer;
let auditor: ServiceProcess;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-examples-'));
  [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  auditor = await startServiceProcess('auditor', {
    ...{ NATS_URL: nats.url, DATABASE_URL: postgres.url, PRUNELLA_API_TOKEN: TOKEN, LOG_LEVEL: 'warn' },
  });
  await makeJestProject(join(directory, 'jest'));
  await makePytestProject(join(directory, 'pytest'));
}, 60_000);

afterAll(async () => {
  await auditor?.stop();
  await Promise.all([nats?.stop(), postgres?.stop()]);
  await rm(directory, { recursive: true, force: true });
});

interface Ending {
  code: number;
  /** Both streams. */
  text: string;
  stdout: string;
}

/** Runs a program with nothing but `env` and PATH. */
function start(program: string, args: string[], cwd: string, env: Record<string, string>): Promise<Ending> {
  return new Promise((resolve) => {
    const options = { cwd, env: { PATH: process.env['PATH'] ?? '', HOME: directory, ...env } };
    const child = execFile(program, args, options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr, stdout }),
    );
  });
}

function prunella(...args: string[]): Promise<Ending> {
  const main = join(ROOT, 'services', 'cli', 'dist', 'bundle', 'main.js');
  const env = { PRUNELLA_URL: auditor.url, PRUNELLA_API_TOKEN: TOKEN, USER: 'ada' };
  return start(process.execPath, [main, 'quarantine', ...args], directory, env);
}

/** Two tests, of which one fails unless `HEALTHY` is set. */
async function makeJestProject(folder: string): Promise<void> {
  await mkdir(folder);
  await copyFile(join(EXAMPLES, 'jest', 'prunella-environment.cjs'), join(folder, 'prunella-environment.cjs'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(
    join(folder, 'jest.config.json'),
    JSON.stringify({ testEnvironment: './prunella-environment.cjs', transform: {} }),
  );
  await writeFile(
    join(folder, 'cart.test.js'),
    `describe('cart', () => {
       it('shows the total', () => expect(process.env.HEALTHY).toBe('yes'));
       it('is empty at first', () => expect([]).toEqual([]));
     });`,
  );
}

async function makePytestProject(folder: string): Promise<void> {
  await mkdir(folder);
  await copyFile(join(EXAMPLES, 'pytest', 'prunella_quarantine.py'), join(folder, 'prunella_quarantine.py'));
  await writeFile(
    join(folder, 'test_cart.py'),
    'import os\n\ndef test_total():\n    assert os.environ.get("HEALTHY") == "yes"\n\ndef test_empty():\n    assert [] == []\n',
  );
}

/** How each runner is started, and how it says how its tests went. */
const RUNNERS = {
  jest: {
    test: 'cart › shows the total',
    command: () => [process.execPath, join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), '--no-cache'],
    skipped: /Tests: +1 skipped, 1 passed/,
    tolerated: /in quarantine: cart › shows the total[\s\S]*Tests: +2 passed/,
    failed: /Tests: +1 failed, 1 passed/,
  },
  pytest: {
    test: 'test_cart.py::test_total',
    command: () => ['python3', '-m', 'pytest', '-p', 'prunella_quarantine', '-p', 'no:cacheprovider'],
    skipped: /1 passed, 1 skipped/,
    tolerated: /1 passed, 1 xfailed/,
    failed: /1 failed, 1 passed/,
  },
};

const pytestToo = hasPytest ? (['jest', 'pytest'] as const) : (['jest'] as const);

if (!hasPytest) {
  it.skip('pytest (skipped: python3 -m pytest is not installed)', () => undefined);
}

describe.each(pytestToo)('%s', (name) => {
  const { test, command, skipped, tolerated, failed } = RUNNERS[name];
  const repository = `acme/${name}`;
  let runs = 0;

  function build(branch: string, changes: Record<string, string> = {}): Promise<Ending> {
    const [program = '', ...args] = command();
    return start(program, args, join(directory, name), {
      PRUNELLA_URL: auditor.url,
      PRUNELLA_API_TOKEN: TOKEN,
      GITHUB_REPOSITORY: repository,
      GITHUB_REF_NAME: branch,
      GITHUB_RUN_ID: String(++runs),
      ...changes,
    });
  }

  async function listed(): Promise<{ id: string; test: string; greens: number }[]> {
    const url = `${auditor.url}/v1/quarantine?repository=${encodeURIComponent(repository)}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
    return ((await response.json()) as { items: { id: string; test: string; greens: number }[] }).items;
  }

  it('skips on branches, goes on on the default branch, and leaves when it is green often enough', async () => {
    expect(await build('feature/x')).toMatchObject({ code: 1, text: expect.stringMatching(failed) });
    const options = ['--repository', repository, '--owner', 'ada', '--reason', 'flaky', '--greens', '2'];
    expect(await prunella('add', test, ...options)).toMatchObject({ code: 0 });

    expect(await build('feature/x')).toMatchObject({ code: 0, text: expect.stringMatching(skipped) });
    expect(await listed()).toMatchObject([{ test, greens: 0 }]);

    await build('main', { HEALTHY: 'yes' });
    expect(await listed()).toMatchObject([{ test, greens: 1 }]);
    expect(await build('main')).toMatchObject({ code: 0, text: expect.stringMatching(tolerated) });
    expect(await listed()).toMatchObject([{ test, greens: 0 }]);

    await build('main', { HEALTHY: 'yes' });
    expect((await build('main', { HEALTHY: 'yes' })).code).toBe(0);
    expect(await listed()).toEqual([]);
  }, 240_000);

  it('runs everything, and says so, when Prunella does not answer or refuses', async () => {
    await prunella('add', test, '--repository', repository, '--owner', 'ada', '--reason', 'flaky');
    const warned = /prunella: no test is skipped, the quarantine could not be read: .+/;
    const wrong: Record<string, string>[] = [
      { PRUNELLA_URL: 'http://127.0.0.1:9' },
      { PRUNELLA_API_TOKEN: 'another-token' },
    ];
    for (const changes of wrong) {
      const { code, text } = await build('feature/x', changes);
      expect([code, text]).toEqual([1, expect.stringMatching(warned)]);
      expect(text).toMatch(failed);
    }
    const silent = await build('feature/x', { PRUNELLA_URL: '' });
    expect(silent.code).toBe(1);
    expect(silent.text).not.toContain('prunella:');
  }, 120_000);
});

describe('prunella quarantine', () => {
  it('adds, lists and removes, with who and why', async () => {
    const options = ['--repository', 'acme/cli', '--owner', '@acme/checkout', '--reason', 'It is flaky.'];
    const added = await prunella('add', 'TestTotal', ...options, '--expiry', '2d');
    expect(added).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^added by ada: quar_\w+, skipped until 20[\d: -]+ or 10 green runs in a row\n$/),
    });
    const id = /quar_\w+/.exec(added.text)?.[0] ?? '';
    const { text } = await prunella('list', '--repository', 'acme/cli');
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/^ *id +repository +test +owner +until +greens +reason/),
      expect.stringMatching(
        new RegExp(`^ *${id} +acme/cli +TestTotal +@acme/checkout +20[\\d: -]+ +0/10 +It is flaky\\.`),
      ),
      '',
    ]);
    expect(await prunella('remove', id, '--reason', 'Mended.')).toMatchObject({
      code: 0,
      text: 'removed by ada: TestTotal of acme/cli is run again\n',
    });
    expect((await prunella('list', '--repository', 'acme/cli')).text).toBe('no test is in quarantine\n');
    expect((await prunella('list', '--repository', 'acme/cli', '--over')).text).toMatch(/removed +ada +Mended\./);
    expect((await prunella('remove', id, '--reason', 'again')).code).toBe(1);
  }, 60_000);

  it.each([
    ['without an owner', ['add', 'TestTotal', '--repository', 'a/b', '--reason', 'x'], /--owner/],
    [
      'with no duration',
      ['add', 'T', '--repository', 'a/b', '--owner', 'o', '--reason', 'x', '--expiry', 'soon'],
      /12h or 7d/,
    ],
    [
      'with one that is too long',
      ['add', 'T', '--repository', 'a/b', '--owner', 'o', '--reason', 'x', '--expiry', '99d'],
      /expiry: expected a duration from 1s to 90d/,
    ],
  ])('is a usage error %s', async (_, args, says) => {
    const { code, text } = await prunella(...args);
    expect([code, text]).toEqual([2, expect.stringMatching(says)]);
  });
});
