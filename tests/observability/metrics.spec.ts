import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ServiceProcess,
  startServiceProcess,
  startTestNats,
  startTestPostgres,
  type TestServer,
} from '@prunella/testing';

const REFERENCE = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'metrics.md');
const SERVICES = ['auditor', 'detector', 'diagnoser', 'remediator'];

let servers: TestServer[] = [];
let services: ServiceProcess[] = [];

beforeAll(async () => {
  const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  servers = [nats, postgres];
  const env = { NATS_URL: nats.url, DATABASE_URL: postgres.url, LOG_LEVEL: 'warn', PRUNELLA_MODEL: 'off' };
  // One after the other would take four times as long; all at once overruns a small machine no more than the system tests do.
  services = await Promise.all(SERVICES.map((name) => startServiceProcess(name, env)));
}, 60_000);

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await Promise.all(servers.map((server) => server.stop()));
});

/** `name type service, service` of everything that the services show, but what Node and the operating system tell of a process. */
async function shown(): Promise<string[]> {
  const found = new Map<string, string[]>();
  for (const [index, service] of services.entries()) {
    const text = await (await fetch(new URL('/metrics', service.url))).text();
    for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      if (/^(process|nodejs)_/.test(name ?? '')) continue;
      const key = `${name} ${type}`;
      found.set(key, [...(found.get(key) ?? []), SERVICES[index] ?? '']);
    }
  }
  return [...found].map(([key, names]) => `${key} ${names.join(', ')}`).sort();
}

/** The same, of the reference's tables: `| name | type | labels | service | meaning |`. */
function listed(): string[] {
  const rows = readFileSync(REFERENCE, 'utf8').matchAll(/^\| `(\w+)` +\| (\w+) +\| [^|]*\| ([\w, ]+?) +\|/gm);
  return [...rows]
    .map(([, name, type, service]) => `${name} ${type} ${service === 'all' ? SERVICES.join(', ') : service}`)
    .sort();
}

it('docs/reference/metrics.md lists what the services show, and nothing else', async () => {
  expect(listed()).toEqual(await shown());
});
