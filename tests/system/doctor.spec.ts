import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type ServiceProcess, startServiceProcess } from '@prunella/testing';
import { type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/** Each service looks at what it alone can reach; the API, and the command line, tell it together. */

interface Finding {
  name: string;
  state: 'ok' | 'note' | 'bad';
  found: string;
  mend: string | null;
  services: string[];
}

interface Doctor {
  bad: number;
  findings: Finding[];
  services: { name: string; replicas: { instance: string; version: string }[]; silent: number }[];
  settings: { service: string; name: string; state: string; value: string }[];
}

let system: System;
let second: ServiceProcess | undefined;

beforeAll(async () => {
  system = await startSystem({ environment: { PRUNELLA_PUBLIC_URL: 'https://prunella.example' } });
}, 90_000);

afterAll(async () => {
  await second?.stop();
  await system?.stop();
});

const look = (again = true) => system.api<Doctor>(`/v1/doctor?fresh=${again}`);
const namedIn = ({ findings }: Doctor, name: string) => findings.filter((finding) => finding.name === name);

async function prunella(...args: string[]): Promise<{ code: number; out: string }> {
  const bin = join(import.meta.dirname, '../../services/cli/bin/prunella.mjs');
  const env = { ...process.env, PRUNELLA_URL: system.services.auditor.url, NO_COLOR: '1' };
  const child = spawn(process.execPath, [bin, ...args], { env: { ...env, NATS_URL: system.nats.url } });
  const [out, , code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1))),
  ]);
  return { code, out: out.trim() };
}

it('every service answers, with what it alone can see, and with no secret', async () => {
  const doctor = await look();
  expect(doctor.services.map(({ name, replicas }) => `${name} ${replicas.length}`)).toEqual([
    'detector 1',
    'diagnoser 1',
    'remediator 1',
    'auditor 1',
  ]);
  // Said by all, told once.
  expect(namedIn(doctor, 'NATS')).toMatchObject([
    { state: 'ok', services: ['detector', 'diagnoser', 'remediator', 'auditor'] },
  ]);
  expect(namedIn(doctor, 'GitHub token')).toMatchObject([
    { state: 'ok', services: ['detector', 'diagnoser', 'remediator'] },
  ]);
  expect(namedIn(doctor, 'GitHub webhook')).toMatchObject([{ state: 'note', found: 'it was never heard' }]);
  expect(namedIn(doctor, 'PostgreSQL')).toMatchObject([{ state: 'ok', services: ['auditor'] }]);
  expect(namedIn(doctor, 'partitions')).toMatchObject([{ state: 'ok' }]);
  expect(namedIn(doctor, 'consumer auditor-events')).toMatchObject([{ state: 'ok' }]);
  expect(
    doctor.settings.find(({ service, name }) => service === 'remediator' && name === 'GITHUB_TOKEN'),
  ).toMatchObject({
    state: 'secret',
    value: '',
  });
  expect(doctor.settings.find(({ name }) => name === 'DATABASE_URL')?.value).toMatch(/^postgres:\/\/[^@]*$/);
  const written = JSON.stringify(doctor);
  for (const secret of ['ghp_test', 'a-webhook-secret', new URL(system.postgres.url).password]) {
    if (secret !== '') expect(written).not.toContain(secret);
  }
}, 60_000);

it('a webhook, and the logs of the run that it tells of, are tried for real', async () => {
  const run = system.github.addRun({
    jobs: [{ name: 'build', conclusion: 'failure', log: 'npm error code ETIMEDOUT' }],
  });
  expect((await system.deliver(run)).status).toBe(202);
  const doctor = await until(async () => {
    const found = await look();
    const isOk = (name: string) => namedIn(found, name)[0]?.state === 'ok';
    return ['GitHub webhook', 'logs of github', 'GitHub runs'].every(isOk) && found;
  }, 'the run is known');
  expect(namedIn(doctor, 'logs of github')).toMatchObject([{ services: ['diagnoser'] }]);

  expect((await system.deliver(run, { secret: 'another', delivery: 'wrong' })).status).toBe(401);
  await until(async () => namedIn(await look(), 'GitHub webhook')[0]?.state === 'bad', 'that it was refused is told');
}, 90_000);

it('a token that lost its rights is told, with what it means', async () => {
  system.github.accounts.scopes = ['read:org'];
  const doctor = await until(async () => {
    const found = await look();
    return namedIn(found, 'GitHub token').some(({ state }) => state === 'bad') && found;
  }, 'it is looked at again');
  const [worst] = namedIn(doctor, 'GitHub token');
  expect(worst).toMatchObject({ state: 'bad', services: ['remediator'], mend: expect.stringContaining('repo') });
  // What must be mended comes first.
  const states = doctor.findings.map(({ state }) => state);
  expect(states).toEqual(states.toSorted((a, b) => 'bad note ok'.indexOf(a) - 'bad note ok'.indexOf(b)));
  system.github.accounts.scopes = ['repo'];
}, 60_000);

it('a second replica answers too; what is not there is said to be missing', async () => {
  second = await startServiceProcess('diagnoser', { NATS_URL: system.nats.url, LOG_LEVEL: 'warn' });
  const two = await until(async () => {
    const found = await look();
    return found.services.find(({ name }) => name === 'diagnoser')?.replicas.length === 2 && found;
  }, 'both answer');
  expect(namedIn(two, 'settings')).toMatchObject([{ state: 'note', services: ['diagnoser'] }]);
  await second.stop();
  second = undefined;
  await system.services.remediator.stop();
  const doctor = await look();
  expect(namedIn(doctor, 'service')).toMatchObject([
    { state: 'bad', found: 'remediator does not answer over NATS', services: ['remediator'] },
  ]);
}, 90_000);

it('the command line tells the same, and what it sees from here', async () => {
  const { code, out } = await prunella('doctor', '--json');
  const findings = JSON.parse(out) as Finding[];
  expect(code).toBe(1);
  const of = (name: string) => findings.find((finding) => finding.name === name);
  expect(of('detector')).toMatchObject({ state: 'ok', found: expect.stringContaining('version') });
  expect(of('remediator')).toMatchObject({ state: 'bad' });
  expect(of('PostgreSQL')).toMatchObject({ state: 'ok', services: ['auditor'] });
  // It is the services' environment that counts, not that of the command line.
  expect(of('GITHUB_TOKEN')).toBeUndefined();
}, 60_000);
