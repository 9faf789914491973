import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptPort } from '@prunella/testing';
import { runForText } from '../../test/command-line.ts';

let cwd: string;
let server: Server;
/** What the detector says, one after the other; the last one for ever. */
let answers: { status?: number; body: unknown }[];
let asked: { path: string; authorization: string | undefined }[];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization });
    const { status = 200, body } = (answers.length > 1 ? answers.shift() : answers[0]) ?? { body: '' };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'prunella-preflight-'));
  [answers, asked] = [[], []];
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const preflight = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runForText(['preflight', ...args], {
    env: { PRUNELLA_DETECTOR_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...env },
    cwd,
  });

const GO = {
  answer: 'go',
  reasons: ['all that it needs is up (1)'],
  dependencies: [],
  skipSteps: [],
  retryAfterSeconds: 0,
};
const WAIT = { ...GO, answer: 'wait', reasons: ['npm is down'], retryAfterSeconds: 0.01 };
const SKIP = { ...GO, answer: 'skip-steps', reasons: ['db is down'], skipSteps: ['publish', 'e2e tests'] };

it.each`
  what                 | body    | args          | code | out
  ${'go'}              | ${GO}   | ${[]}         | ${0} | ${'go\n  all that it needs is up (1)\n'}
  ${'wait'}            | ${WAIT} | ${[]}         | ${1} | ${'wait\n  npm is down\n'}
  ${'leave steps out'} | ${SKIP} | ${[]}         | ${0} | ${'skip-steps\n  db is down\nskip: publish\nskip: e2e tests\n'}
  ${'in JSON'}         | ${SKIP} | ${['--json']} | ${0} | ${`${JSON.stringify(SKIP, null, 2)}\n`}
`('$what: exit code $code', async ({ body, args, code, out }) => {
  answers = [{ body }];
  const ending = await preflight(['--pipeline', 'ci', ...args]);
  expect([ending.code, args.length > 0 ? JSON.parse(ending.out) : ending.out]).toEqual([
    code,
    args.length > 0 ? JSON.parse(out) : out,
  ]);
});

it('asks about the run, with the token', async () => {
  answers = [{ body: GO }];
  const about = ['--repository', 'acme/shop', '--branch', 'a&b', '--environment', 'production'];
  await preflight(['--pipeline', 'acme/shop/ci.yml', ...about], { PRUNELLA_API_TOKEN: 'a-token' });
  expect(asked).toEqual([
    {
      path: '/v1/preflight?pipeline=acme%2Fshop%2Fci.yml&repository=acme%2Fshop&branch=a%26b&environment=production',
      authorization: 'Bearer a-token',
    },
  ]);
});

it('waits until it may go, also while the detector is away for a moment, and says what for once', async () => {
  answers = [{ body: WAIT }, { body: WAIT }, { status: 503, body: { title: 'Unavailable' } }, { body: GO }];
  const ending = await preflight(['--pipeline', 'ci', '--wait', '10m']);
  expect(ending).toMatchObject({ code: 0, out: expect.stringMatching(/^go\n/), err: 'waiting: npm is down\n' });
  expect(asked).toHaveLength(4);
});

it('is told to wait still when the time is over', async () => {
  answers = [{ body: WAIT }];
  expect(await preflight(['--pipeline', 'ci', '--wait', '50ms'])).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^wait\n/),
  });
  expect(asked.length).toBeGreaterThan(1);
});

it.each`
  what                      | answer                                                                  | args                    | code | says
  ${'no pipeline'}          | ${{ body: GO }}                                                         | ${[]}                   | ${2} | ${'--pipeline'}
  ${'no duration'}          | ${{ body: GO }}                                                         | ${['--wait', 'long']}   | ${2} | ${'12h or 7d'}
  ${'a value it refuses'}   | ${{ status: 400, body: { title: 'Bad request', detail: 'branch: x' } }} | ${['--pipeline', 'ci']} | ${2} | ${'branch: x'}
  ${'a wrong token'}        | ${{ status: 401, body: {} }}                                            | ${['--pipeline', 'ci']} | ${2} | ${'PRUNELLA_API_TOKEN'}
  ${'it is broken'}         | ${{ status: 500, body: {} }}                                            | ${['--pipeline', 'ci']} | ${3} | ${'500'}
  ${'something else there'} | ${{ body: { hello: 'world' } }}                                         | ${['--pipeline', 'ci']} | ${3} | ${'no detector'}
`('$what: exit code $code', async ({ answer, args, code, says }) => {
  answers = [answer];
  expect(await preflight(args)).toMatchObject({ code, err: expect.stringContaining(says) });
});

it('where nobody answers it says so, or goes when that is wished', async () => {
  const env = { PRUNELLA_DETECTOR_URL: `http://127.0.0.1:${await keptPort()}` };
  expect(await preflight(['--pipeline', 'ci'], env)).toMatchObject({
    code: 3,
    err: expect.stringContaining('PRUNELLA_DETECTOR_URL'),
  });
  expect(await preflight(['--pipeline', 'ci', '--fail-open'], env)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^go\n/),
    err: expect.stringContaining('--fail-open'),
  });
});

it.each`
  body    | written
  ${GO}   | ${'answer=go\nskip-steps=[]\n'}
  ${WAIT} | ${'answer=wait\nskip-steps=[]\n'}
  ${SKIP} | ${'answer=skip-steps\nskip-steps=["publish","e2e tests"]\n'}
`('tells GitHub Actions: $written', async ({ body, written }) => {
  answers = [{ body }];
  const file = join(cwd, 'output');
  await preflight(['--pipeline', 'ci'], { GITHUB_OUTPUT: file });
  expect(await readFile(file, 'utf8')).toBe(written);
});
