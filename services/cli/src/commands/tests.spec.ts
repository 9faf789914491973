import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runLine } from '../../test/command-line.ts';

const XML = '<testsuite name="cart"><testcase name="total"><failure/></testcase><testcase name="adds"/></testsuite>';
const TEST = {
  ...{ id: 'test_7', name: 'test_total', classname: 'tests.test_cart', repository: 'acme/shop', job: 'test' },
  ...{ state: 'flaky', lastSeen: '2026-11-28T07:00:00.000Z', lastFailedAt: '2026-11-27T07:00:00.000Z', runs: 40 },
  ...{ failures: 4, proofs: 3, rate: { mean: 0.1, low: 0.05, high: 0.2, weight: 30 }, failingSince: null },
};

let server: Server;
let directory: string;
let answer: object;
let status: number;
let asked: { path: string; headers: Record<string, unknown>; body: string }[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-junit-'));
  await writeFile(join(directory, 'report.xml'), XML);
  await writeFile(join(directory, 'broken.xml'), '<testsuite>\n<testcase');
  server = createServer(async (request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers, body: await text(request) });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  [answer, status, asked] = [{ accepted: true }, 202, []];
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

function prunella(args: string[], env: Record<string, string> = {}) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const told = { PRUNELLA_URL: url, PRUNELLA_DETECTOR_URL: url, PRUNELLA_API_TOKEN: 'a-token' };
  return runLine(args, { env: { ...told, ...env }, cwd: directory, stdin: XML });
}

describe('prunella send junit', () => {
  it('sends each file as it is, with what the CI system says of the run and the token', async () => {
    const github = {
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '42',
      GITHUB_REF_NAME: 'größe',
    };
    const { code, out } = await prunella(['send', 'junit', 'report.xml', '-', '--pipeline', 'ci.yml'], github);
    expect([code, out]).toEqual([
      0,
      ['report.xml', '-'].map((file) => `sent: ${file}, 2 tests: 1 passed, 1 failed, 0 flaky, 0 skipped`),
    ]);
    expect(asked.map(({ path, body }) => [path, body])).toEqual([1, 2].map(() => ['/webhooks/junit', XML]));
    expect(asked[0]?.headers).toMatchObject({
      ...{ authorization: 'Bearer a-token', 'prunella-pipeline': 'ci.yml', 'prunella-platform': 'github' },
      ...{ 'prunella-repository': 'acme%2Fshop', 'prunella-run': '42', 'prunella-branch': 'gr%C3%B6%C3%9Fe' },
    });
    expect(Object.keys(asked[0]?.headers ?? {})).not.toContain('prunella-attempt');
  });

  it.each([
    ['no pipeline', ['report.xml', '--run', '1'], 2, /--pipeline: expected/],
    ['neither run nor commit', ['report.xml', '--pipeline', 'ci'], 2, /--run: expected/],
    ['a file that is none', ['gone.xml', '--pipeline', 'ci', '--run', '1'], 1, /gone.xml can't be read/],
    ['a broken report', ['broken.xml', '--pipeline', 'ci', '--run', '1'], 1, /broken.xml: line 2: expected XML/],
  ])('says what is wrong with %s, and sends nothing', async (_what, args, code, says) => {
    const ending = await prunella(['send', 'junit', ...args]);
    expect([ending.code, ending.err.join('\n')]).toEqual([code, expect.stringMatching(says)]);
    expect(asked).toEqual([]);
  });

  it('says what the detector has against it', async () => {
    [answer, status] = [{ title: 'Bad request', status: 400, detail: 'prunella-attempt: expected a number' }, 400];
    const ending = await prunella(['send', 'junit', 'report.xml', '--pipeline', 'ci', '--run', '1', '--attempt', 'x']);
    expect([ending.code, ending.err.join('')]).toEqual([2, expect.stringContaining('prunella-attempt')]);
  });

  it('leaves events to send', async () => {
    const { code, err } = await prunella(['send', 'junit.xml']);
    expect([code, err.join('')]).toEqual([2, expect.stringContaining('subject: expected one of')]);
  });
});

describe('prunella tests', () => {
  it('lists tests', async () => {
    [answer, status] = [{ items: [TEST], nextCursor: null }, 200];
    const { out } = await prunella(['tests', 'list', '--state', 'flaky', '--repository', 'acme/shop']);
    expect(asked[0]?.path).toBe('/v1/tests?limit=50&repository=acme%2Fshop&state=flaky');
    expect(out.join('\n')).toMatch(
      /test_7 +flaky +tests.test_cart test_total +acme\/shop +test +10 % \(5 %-20 %\) +3 +2026-11-27 07:00/,
    );
  });

  it('shows how a test went', async () => {
    const failingSince = { at: '2026-11-27T07:00:00Z', runs: 1, firstFailingCommit: 'bad', lastPassingCommit: 'good' };
    const seen = {
      at: '2026-11-27T07:00:00Z',
      run: '42',
      attempt: 1,
      sha: 'bad',
      branch: 'main',
      result: 'failed',
      durationMs: 7,
      message: 'assert\n11',
    };
    [answer, status] = [{ ...TEST, state: 'failing', failingSince, history: [seen] }, 200];
    const { out } = await prunella(['tests', 'show', 'test_7']);
    expect(out.join('\n')).toContain(
      'failing: 4 of 40 runs failed, at 3 commits it also passed; failing since 2026-11-27 07:00, first at bad, passed last at good',
    );
    expect(out.join('\n')).toMatch(/failed +42\.1 +bad +main +7 +assert/);
  });

  it('reports which are flaky', async () => {
    [answer, status] = [{ tests: 1_000, failing: 2, flaky: 1, suspect: 3, items: [TEST] }, 200];
    const { out } = await prunella(['tests', 'flaky']);
    expect(out[0]).toBe('1000 tests: 2 failing, 1 flaky, 3 suspect');
  });
});
