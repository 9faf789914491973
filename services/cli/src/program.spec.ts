import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { keptPort, startTestNats, type TestServer } from '@prunella/testing';
import { runForText } from '../test/command-line.ts';

const SMALLEST = '{"pipeline_id":"42","error":{"message":"Connection timed out"}}';

let cwd: string;
/** Nobody listens there. */
let nowhere: string;

/** Runs a command line in a folder of its own. */
const prunella = (args: readonly string[], env: NodeJS.ProcessEnv = {}, stdin = '') =>
  runForText(args, { env: { PRUNELLA_URL: `http://${nowhere}`, NATS_URL: `nats://${nowhere}`, ...env }, cwd, stdin });

/** A server in the place of another program. */
async function serve(
  answer: (request: IncomingMessage) => { status?: number; body: unknown },
): Promise<Server & { url: string }> {
  const server = createServer((request, response) => {
    const { status = 200, body } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

beforeAll(async () => {
  nowhere = `127.0.0.1:${await keptPort()}`;
});
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'prunella-cli-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

describe('prunella', () => {
  it.each`
    args                                            | code | says
    ${['--help']}                                   | ${0} | ${'heals CI/CD'}
    ${[]}                                           | ${2} | ${'Usage'}
    ${['frobnicate']}                               | ${2} | ${'unknown command'}
    ${['incidents', 'list', '--limit', 'many']}     | ${2} | ${'whole number'}
    ${['incidents', 'show']}                        | ${2} | ${'missing required argument'}
    ${['incidents', 'list']}                        | ${3} | ${'npm start'}
    ${['send', 'pipeline.exploded', '{}']}          | ${2} | ${'expected one of pipeline.started'}
    ${['send', 'pipeline.failed', SMALLEST]}        | ${3} | ${'NATS_URL'}
    ${['send', 'pipeline.failed', '{"a":']}         | ${1} | ${'expected JSON'}
    ${['send', 'pipeline.failed', '{}']}            | ${1} | ${'pipelineId: expected'}
    ${['send', 'pipeline.failed', '-f', 'gone']}    | ${1} | ${"gone can't be read"}
    ${['send', 'pipeline.failed', '{}', '-f', 'x']} | ${2} | ${'not both'}
  `(
    '$args ends with $code and says $says',
    async ({ args, code, says }: { args: string[]; code: number; says: string }) => {
      const ending = await prunella(args);
      expect(ending.code).toBe(code);
      expect(ending.out + ending.err).toContain(says);
      expect(ending.err).not.toContain('    at ');
    },
  );
});

describe('prunella send', () => {
  let nats: TestServer;
  beforeAll(async () => {
    nats = await startTestNats();
  });
  afterAll(() => nats.stop());

  it.each(['argument', 'file', 'standard input'])(
    'publishes an event from %s, and says its id and sequence',
    async (from) => {
      await writeFile(join(cwd, 'event.json'), SMALLEST);
      const source = { argument: [SMALLEST], file: ['--file', 'event.json'], 'standard input': ['-'] }[from] ?? [];
      const ending = await prunella(['send', 'pipeline.failed', ...source], { NATS_URL: nats.url }, SMALLEST);
      expect(ending).toMatchObject({ code: 0, err: '' });
      expect(ending.out).toMatch(/^published: pipeline\.failed prunella\/cli#[0-9a-f-]{36}, sequence \d+\n$/);
    },
  );

  it('changes nothing when the same id is sent again', async () => {
    const args = ['send', 'pipeline.failed', SMALLEST, '--id', 'once', '--json'];
    const [first, second] = [
      await prunella(args, { NATS_URL: nats.url }),
      await prunella(args, { NATS_URL: nats.url }),
    ];
    expect(JSON.parse(first.out)).toMatchObject({ messageId: 'prunella/cli#once', duplicate: false });
    expect(JSON.parse(second.out)).toMatchObject({ messageId: 'prunella/cli#once', duplicate: true });
  });

  it('keeps the id and source of a CloudEvent', async () => {
    const event = {
      specversion: '1.0',
      id: 'e1',
      source: 'my/ci',
      type: 'dev.prunella.pipeline.failed.v1',
      data: JSON.parse(SMALLEST) as unknown,
    };
    const ending = await prunella(['send', 'pipeline.failed', JSON.stringify(event)], { NATS_URL: nats.url });
    expect(ending.out).toContain('pipeline.failed my/ci#e1, sequence');
  });
});

describe('prunella incidents', () => {
  const incident = {
    id: 'inc_1',
    pipelineId: 'octo/repo/ci',
    name: 'ci',
    repository: 'octo/repo',
    cause: 'network',
    confidence: 0.9,
    decidedBy: 'rule:connection-timed-out',
    explanation: 'The connection timed out.',
    action: 'retry_with_backoff',
    verdict: 'acting',
    reason: 'Playground pipelines may be healed.',
    state: 'closed',
    outcome: 'healed',
    outcomeReason: 'Attempt 2 succeeded.',
    simulated: true,
    openedAt: '2026-11-23T05:00:00.000Z',
  };
  const detail = {
    ...incident,
    evidence: [{ line: 12, text: 'connect ETIMEDOUT', job: 'test' }],
    timeline: [{ at: '2026-11-23T05:00:01.000Z', title: 'Diagnosed', says: 'network' }],
    gaps: ['The log of job lint has expired.'],
  };
  let auditor: Server & { url: string };
  const asked: (string | undefined)[] = [];

  beforeAll(async () => {
    auditor = await serve(({ url, headers }) => {
      asked.push(url, headers.authorization);
      if (url?.startsWith('/v1/incidents/inc_1')) return { body: detail };
      if (url?.startsWith('/v1/incidents/')) return { status: 404, body: { title: 'No such incident' } };
      if (url?.includes('outcome=healled'))
        return { status: 400, body: { title: 'Bad value', detail: 'outcome: expected healed' } };
      if (url?.includes('state=none')) return { body: { items: [], nextCursor: null } };
      if (url?.includes('state=secret')) return { status: 401, body: {} };
      if (url?.includes('state=broken')) return { status: 503, body: { title: 'No database' } };
      return { body: { items: [incident], nextCursor: 'next' } };
    });
  });
  afterAll(() => new Promise((resolve) => auditor.close(resolve)));

  it('lists them, with the way to more', async () => {
    const ending = await prunella(['incidents', 'list', '--cause', 'network', '-n', '5'], {
      PRUNELLA_URL: auditor.url,
      PRUNELLA_API_TOKEN: 'token-1',
    });
    expect(ending.code).toBe(0);
    for (const word of ['inc_1', 'ci (simulated)', 'network', 'retry_with_backoff', 'healed', '--cursor next']) {
      expect(ending.out).toContain(word);
    }
    expect(asked).toContain('Bearer token-1');
    expect(asked).toContain('/v1/incidents?limit=5&cause=network');
  });

  it('shows one with its evidence, reasons and what could not be seen', async () => {
    const { code, out } = await prunella(['incidents', 'show', 'inc_1'], { PRUNELLA_URL: auditor.url });
    expect(code).toBe(0);
    for (const text of [
      'connect ETIMEDOUT',
      'rule:connection-timed-out',
      'Attempt 2 succeeded.',
      'log of job lint',
      'Diagnosed',
    ]) {
      expect(out).toContain(text);
    }
  });

  it('hands the answer on as it is with --json', async () => {
    const list = await prunella(['incidents', '--json'], { PRUNELLA_URL: auditor.url });
    expect(JSON.parse(list.out)).toEqual({ items: [incident], nextCursor: 'next' });
    const one = await prunella(['incidents', 'show', 'inc_1', '--json'], { PRUNELLA_URL: auditor.url });
    expect(JSON.parse(one.out)).toEqual(detail);
  });

  it.each`
    args                                     | code | says
    ${['incidents', 'show', 'inc_9']}        | ${1} | ${'No such incident'}
    ${['incidents', '--outcome', 'healled']} | ${2} | ${'outcome: expected healed'}
    ${['incidents', '--state', 'none']}      | ${0} | ${'no incidents'}
    ${['incidents', '--state', 'secret']}    | ${1} | ${'PRUNELLA_API_TOKEN'}
    ${['incidents', '--state', 'broken']}    | ${3} | ${'No database'}
  `(
    '$args ends with $code and says $says',
    async ({ args, code, says }: { args: string[]; code: number; says: string }) => {
      const ending = await prunella(args, { PRUNELLA_URL: auditor.url });
      expect(ending.code).toBe(code);
      expect(ending.out + ending.err).toContain(says);
    },
  );

  it('finds the auditor where up wrote it down', async () => {
    await mkdir(join(cwd, '.prunella'));
    await writeFile(join(cwd, '.prunella', 'endpoints.json'), JSON.stringify({ auditor: auditor.url }));
    expect((await prunella(['incidents'], { PRUNELLA_URL: '' })).code).toBe(0);
  });
});

describe('prunella doctor', () => {
  interface Finding {
    name: string;
    state: string;
    found: string;
    mend?: string;
  }

  async function findings(env: NodeJS.ProcessEnv): Promise<{ code: number; of: Map<string, Finding> }> {
    const { code, out } = await prunella(['doctor', '--json'], env);
    return { code, of: new Map((JSON.parse(out) as Finding[]).map((finding) => [finding.name, finding])) };
  }

  it('says what is down and how to mend it', async () => {
    const { code, of } = await findings({ PORT_DETECTOR: nowhere.split(':')[1] });
    expect(code).toBe(1);
    expect(of.get('NATS')).toMatchObject({ state: 'bad', mend: expect.stringContaining('npm start') });
    expect(of.get('detector')).toMatchObject({ state: 'bad', mend: expect.stringContaining('npm start') });
    expect(of.get('Node')).toMatchObject({ state: 'ok' });
    expect((await prunella(['doctor'])).out).toContain('to mend.');
  });

  it('changes nothing on a NATS server that is new', async () => {
    const nats = await startTestNats();
    const { of } = await findings({ NATS_URL: nats.url });
    expect(of.get('NATS')).toMatchObject({ state: 'ok', found: expect.stringContaining('JetStream') });
    expect(of.get('events')).toMatchObject({ state: 'bad' });
    const connection = await connect({ servers: nats.url });
    expect((await (await jetstreamManager(connection)).getAccountInfo()).streams).toBe(0);
    await connection.close();
    await nats.stop();
  });

  it.each`
    answer                                                                                        | state    | found
    ${{ body: { status: 'ready', checks: { nats: 'ok', postgres: 'ok' } } }}                      | ${'ok'}  | ${'nats, postgres'}
    ${{ status: 503, body: { status: 'not ready', checks: { postgres: 'connection refused' } } }} | ${'bad'} | ${'postgres: connection refused'}
    ${{ body: '<html>' }}                                                                         | ${'bad'} | ${'something else'}
  `('takes the auditor that answers $answer for $state', async ({ answer, state, found }) => {
    const auditor = await serve(() => answer as { status?: number; body: unknown });
    const { of } = await findings({ PRUNELLA_URL: auditor.url });
    expect(of.get('auditor')).toMatchObject({ state, found: expect.stringContaining(found as string) });
    await new Promise((resolve) => auditor.close(resolve));
  });

  it.each`
    policy                      | config         | state
    ${undefined}                | ${undefined}   | ${'note'}
    ${undefined}                | ${'mine.yaml'} | ${'bad'}
    ${'version: 1'}             | ${undefined}   | ${'ok'}
    ${'version: 1\nmodus: act'} | ${undefined}   | ${'bad'}
    ${'mode: [act'}             | ${undefined}   | ${'bad'}
  `('a policy file with $policy, PRUNELLA_CONFIG $config: $state', async ({ policy, config, state }) => {
    if (policy !== undefined) await writeFile(join(cwd, 'prunella.yaml'), policy as string);
    const { of } = await findings({ PRUNELLA_CONFIG: config as string | undefined });
    expect(of.get('policy')?.state).toBe(state);
  });

  it('says which secrets are set, never what they are', async () => {
    const { of } = await findings({ GITHUB_TOKEN: 'ghp_very_secret' });
    expect(of.get('GITHUB_TOKEN')).toEqual({ name: 'GITHUB_TOKEN', state: 'ok', found: 'set' });
    expect(of.get('GITHUB_WEBHOOK_SECRET')).toMatchObject({ state: 'note', found: expect.stringContaining('401') });
    expect(JSON.stringify([...of])).not.toContain('ghp_very_secret');
  });

  it('says what is missing of a GitHub App, and that it takes the place of a token', async () => {
    const { of } = await findings({ GITHUB_APP_ID: '7' });
    expect(of.get('GITHUB_TOKEN')).toMatchObject({ state: 'ok', found: 'not needed: GITHUB_APP_ID is set' });
    expect(of.get('CI platforms')).toMatchObject({
      state: 'bad',
      found: expect.stringContaining('GITHUB_APP_PRIVATE_KEY'),
    });
    expect((await findings({ GITHUB_TOKEN: 'ghp_x' })).of.get('CI platforms')).toMatchObject({ found: 'github' });
  });
});
