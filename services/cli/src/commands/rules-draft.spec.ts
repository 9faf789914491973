import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseRulePack } from '@prunella/rules';
import { runLine } from '../../test/command-line.ts';

const EVIDENCE = [
  'quux: could not reserve licence seat 7 on pool-a1',
  'quux: could not reserve licence seat 12 on pool-b2',
];
const CLUSTER = {
  ...{ id: 'fp_quux', count: 2, repositories: ['octo/a'], pipelines: ['ci'], exampleIncidentId: 'inc_2' },
  ...{ firstSeen: '2026-11-20T08:00:00.000Z', lastSeen: '2026-11-22T08:00:00.000Z', evidence: [] },
  incidents: EVIDENCE.map((line, index) => ({
    ...{ id: `inc_${index}`, pipelineId: 'ci', repository: 'octo/a', openedAt: '2026-11-20T08:00:00.000Z' },
    evidence: [{ line: 40, text: line, job: 'build' }],
    alternatives: [{ cause: 'service_unavailable', confidence: 0.3, decidedBy: 'model:1' }],
  })),
};
const NO_HIT = { logs: 34, complete: true, rules: [{ id: 'quux', logs: 34, logsHit: 0, hits: [] }] };
const HIT = {
  ...NO_HIT,
  rules: [{ id: 'quux', logs: 34, logsHit: 2, hits: [{ log: 'green.job_1/7', line: 12, text: '  quux: fine' }] }],
};

let server: Server;
let port: number;
let cluster: object;
let trial: { status?: number; body: object };
let triedYaml: string[];
let cwd: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'POST' && request.url === '/v1/rules/try') {
      triedYaml.push(await text(request));
      response.writeHead(trial.status ?? 200).end(JSON.stringify(trial.body));
    } else if (request.url?.startsWith('/v1/coverage/clusters/fp_quux')) response.end(JSON.stringify(cluster));
    else response.writeHead(404).end('{"title":"Not found","detail":"expected the id of a cluster"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'prunella-draft-'));
  cluster = CLUSTER;
  trial = { body: NO_HIT };
  triedYaml = [];
});
afterEach(() => rm(cwd, { recursive: true, force: true }));
afterAll(() => new Promise((resolve) => server.close(resolve)));

const draft = (...args: string[]) =>
  runLine(['rules', 'draft', ...args], {
    env: { PRUNELLA_URL: `http://127.0.0.1:${port}`, PORT_DIAGNOSER: String(port) },
    cwd,
  });

describe('prunella rules draft', () => {
  it('prints a rule that is tried, ready to be a file', async () => {
    const { code, out, err } = await draft('fp_quux');
    expect([code, err]).toEqual([0, ['tried on 34 stored green logs: no hit. Safe as far as those show.']]);
    const yaml = out.join('\n');
    expect(yaml).toMatch(/^# Drafted from the cluster fp_quux: 2 failures of octo\/a, 2026-11-20 to 2026-11-22\.$/m);
    expect(yaml).toMatch(/^# Tried on 34 stored green logs: no hit\.$/m);
    const [rule] = parseRulePack('drafted', yaml).rules;
    expect(rule).toMatchObject({
      ...{ cause: 'service_unavailable', action: { type: 'notify_human' }, confidence: 0.7 },
      examples: { match: EVIDENCE, no_match: [] },
    });
    expect(parseRulePack('tried', triedYaml[0] ?? '').rules).toEqual([rule]);
  });

  it('writes it to a new file, never over one that is there', async () => {
    const { code, out } = await draft('fp_quux', '--cause', 'auth_error', '--out', 'drafted.yaml');
    expect([code, out]).toEqual([0, []]);
    const written = await readFile(join(cwd, 'drafted.yaml'), 'utf8');
    expect(parseRulePack('drafted', written).rules).toMatchObject([{ cause: 'auth_error' }]);
    await writeFile(join(cwd, 'drafted.yaml'), 'mine');
    expect(await draft('fp_quux', '--out', 'drafted.yaml')).toMatchObject({
      code: 1,
      err: [expect.stringMatching(/--out: .*drafted\.yaml/)],
    });
    expect(await readFile(join(cwd, 'drafted.yaml'), 'utf8')).toBe('mine');
  });

  it.each`
    answer                                               | code | says
    ${{ body: HIT }}                                     | ${1} | ${/^not safe: it matches lines of 2 of 34 stored green logs:\n {2}green\.job_1\/7:12: quux: fine$/m}
    ${{ body: { ...NO_HIT, logs: 0 } }}                  | ${1} | ${/^no green logs are stored, so nothing shows that it is safe/}
    ${{ body: { ...NO_HIT, complete: false } }}          | ${0} | ${/^tried on 34 stored green logs \(the rest was not read in time\): no hit/}
    ${{ status: 503, body: { detail: 'NATS is away' } }} | ${3} | ${/^not tried on green logs, .*NATS is away/}
    ${{ status: 429, body: { detail: 'another try' } }}  | ${3} | ${/^not tried on green logs, .*another try/}
  `('prints the rule, ends with $code and says $says', async ({ answer, code, says }) => {
    trial = answer as typeof trial;
    const ending = await draft('fp_quux');
    expect([ending.code, ending.err.join('\n')]).toEqual([code, expect.stringMatching(says as RegExp)]);
    expect(parseRulePack('drafted', ending.out.join('\n')).rules).toHaveLength(1);
    if (code !== 0) expect(ending.out.join('\n') + ending.err.join('\n')).not.toContain('Safe as far');
  });

  it.each`
    change                                                                             | args                                 | code | says
    ${{}}                                                                              | ${['fp_other']}                      | ${1} | ${'expected the id of a cluster'}
    ${{}}                                                                              | ${['fp_quux', '--cause', 'unknown']} | ${2} | ${'Allowed choices'}
    ${{}}                                                                              | ${[]}                                | ${2} | ${'missing required argument'}
    ${{ incidents: CLUSTER.incidents.map((each) => ({ ...each, alternatives: [] })) }} | ${['fp_quux']}                       | ${2} | ${'--cause'}
    ${{ incidents: CLUSTER.incidents.map((each) => ({ ...each, evidence: [] })) }}     | ${['fp_quux']}                       | ${1} | ${'no failures with evidence'}
  `('$args ends with $code and says $says', async ({ change, args, code, says }) => {
    cluster = { ...CLUSTER, ...(change as object) };
    const ending = await draft(...(args as string[]), '--out', 'drafted.yaml');
    expect([ending.code, ending.err.join('\n')]).toEqual([code, expect.stringContaining(says as string)]);
    await expect(access(join(cwd, 'drafted.yaml'))).rejects.toThrow('ENOENT');
    expect(triedYaml).toEqual([]);
  });
});
