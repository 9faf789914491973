import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type ServiceProcess,
  startServiceProcess,
  startTestNats,
  startTestPostgres,
  type TestServer,
} from '@prunella/testing';
import { until } from '../support/until.ts';

/** Tokens from the command line: what pipelines and wallboards are given instead of PRUNELLA_API_TOKEN. */
const SHARED = 'the-first-secret';
const REPORT = '<testsuite name="cart"><testcase name="adds"/></testsuite>';

let servers: TestServer[];
let auditor: ServiceProcess;
let detector: ServiceProcess;

beforeAll(async () => {
  servers = await Promise.all([startTestNats(), startTestPostgres()]);
  const [nats, postgres] = servers as [TestServer, TestServer];
  const common = { NATS_URL: nats.url, PRUNELLA_API_TOKEN: SHARED, LOG_LEVEL: 'warn' };
  [auditor, detector] = await Promise.all([
    startServiceProcess('auditor', { ...common, DATABASE_URL: postgres.url }),
    startServiceProcess('detector', common),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([auditor?.stop(), detector?.stop()]);
  await Promise.all((servers ?? []).map((server) => server.stop()));
});

async function prunella(token: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const bin = join(import.meta.dirname, '../../services/cli/bin/prunella.mjs');
  const env = { ...process.env, USER: 'ada', PRUNELLA_URL: auditor.url, PRUNELLA_API_TOKEN: token, NO_COLOR: '1' };
  const child = spawn(process.execPath, [bin, ...args], { env });
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1))),
  ]);
  return { code, out: out.trim(), err: err.trim() };
}

async function report(token: string): Promise<number> {
  const response = await fetch(`${detector.url}/webhooks/junit`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'prunella-pipeline': 'ci', 'prunella-run': '1' },
    body: REPORT,
  });
  return response.status;
}

it('a token is given to a pipeline, does what it is for and no more, and is taken back', async () => {
  const given = await prunella(
    SHARED,
    'tokens',
    'create',
    'ci',
    '--role',
    'reporter',
    '--expires',
    '90d',
    '--reason',
    'reports',
  );
  expect(given).toMatchObject({ code: 0, out: expect.stringMatching(/^prn_[\w-]{43}$/) });
  expect(given.err).toMatch(/ci is reporter until \d{4}-/);
  const token = given.out;

  expect([await report('wrong'), await report(token)]).toEqual([401, 202]);
  const refused = await prunella(token, 'incidents');
  expect(refused.code).not.toBe(0);
  expect(refused.err).toContain('expected the role viewer, found ci, who is reporter');

  const [, row] = (await prunella(SHARED, 'tokens')).out.split('\n');
  expect(row).toMatch(/^\s*([0-9a-f]{12})\s+ci\s+reporter\s+\S+ \S+\s+ada\s+(?:\d{4}-\S+ \S+|never)\s+\d{4}-/);
  await until(async () => !(await prunella(SHARED, 'tokens')).out.includes('never'), 'its use is known');
  const [id] = /[0-9a-f]{12}/.exec(row ?? '') ?? [];
  expect(await prunella(SHARED, 'tokens', 'revoke', String(id), '--reason', 'the pipeline is gone')).toMatchObject({
    ...{ code: 0, out: 'revoked: the token of ci, who was reporter' },
  });
  await until(async () => (await report(token)) === 401, 'the detector refuses what was revoked');

  const changes = (await prunella(SHARED, 'changes')).out.replaceAll(/ +/g, ' ');
  expect(changes).toMatch(/ada admin, as they say DELETE \/v1\/tokens\/\w+ 200 the pipeline is gone/);
  expect(changes).toMatch(/ada admin, as they say POST \/v1\/tokens 200 reports/);
  expect(changes).not.toContain(token);
});
