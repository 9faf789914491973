import { networkRule } from '../support/network-failure.ts';
import { until } from '../support/until.ts';
import { Compose, docker, SERVICES } from './compose.ts';

/** docker-compose.yml on a real engine, seen from outside: it starts, heals, survives the death of its parts, and leaves nothing behind. */

/** Without the seconds of waiting. */
const QUICK = networkRule('{ type: retry_with_backoff, parameters: { attempts: 3, firstDelay: 1s, factor: 2 } }');
const MOST_BYTES = 300_000_000;
const LOAD = 12;

/** Of the project, before the user's name. */
const NATS_VOLUME = 'prunella-test_nats-';

/** Said in the protocol of NATS, and what it says to that. */
const APPROVE = 'PUB action.approved 2\r\n{}';
const REFUSED = '-ERR \'Permissions Violation for Publish to "action.approved"\'';

interface Incident {
  id: string;
  runId: string;
  state: string;
  outcome: string | null;
}

interface Run {
  id: string;
  attempt: number;
  conclusion: string | null;
}

/** What Prometheus answers to a query. */
interface Found {
  data: { result: { metric: Record<string, string> }[] };
}

let compose: Compose;
let api: string;
let playground: string;
let token: string;

beforeAll(async () => {
  compose = await Compose.up('version: 1\n', QUICK);
  [api, playground] = await Promise.all([compose.url('auditor'), compose.url('playground')]);
  token = await compose.do('exec', 'auditor', 'cat', '/run/prunella/api-token');
}, 300_000);

afterAll(() => compose?.down(), 60_000);

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** A simulated run that fails, and passes when it is run again. */
async function failing(): Promise<Run> {
  const response = await fetch(`${playground}/api/scenarios/npm-registry-timeout`, { method: 'POST' });
  if (response.status !== 202) throw new Error(`HTTP ${response.status}`);
  return (await response.json()) as Run;
}

/** Waits until it has ended for the first time. */
async function failed(run: Run | undefined): Promise<void> {
  await until(async () => {
    const { attempt, conclusion } = await get<Run>(`${playground}/api/runs/${run?.id}`);
    return attempt > 1 || conclusion !== null;
  }, 'the first run failed');
}

/** Waits until each has been healed, by one rerun and no more. */
async function expectHealed(runs: readonly Run[]): Promise<void> {
  const ids = new Set(runs.map(({ id }) => id));
  const healed = await until(
    async () => {
      const { items } = await get<{ items: Incident[] }>(`${api}/v1/incidents?limit=100`).catch(() => ({ items: [] }));
      const mine = items.filter(({ runId, outcome }) => ids.has(runId) && outcome === 'healed');
      return mine.length >= runs.length && mine;
    },
    `${runs.length} runs are healed`,
    120_000,
  );
  expect(healed.map(({ runId }) => runId).sort()).toEqual([...ids].sort());
  for (const { id } of runs) {
    expect(await get<Run>(`${playground}/api/runs/${id}`)).toMatchObject({ attempt: 2, conclusion: 'success' });
  }
  for (const { id } of healed) {
    const { timeline } = await get<{ timeline: { type: string }[] }>(`${api}/v1/incidents/${id}`);
    const count = (type: string) => timeline.filter((event) => event.type === type).length;
    expect({ executed: count('action.executed'), outcomes: count('outcome.observed') }).toEqual({
      executed: 1,
      outcomes: 1,
    });
  }
}

it('runs every container as somebody without rights who can write nothing, within bounds, and healthy', async () => {
  const { setup, provision, ...running } = await compose.containers();
  for (const once of [setup, provision]) expect(once?.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
  expect(Object.keys(running).sort()).toEqual([...SERVICES, 'nats', 'postgres'].sort());
  for (const [name, { State, Config, HostConfig, Mounts }] of Object.entries(running)) {
    expect([name, Config.User]).toEqual([name, expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
    expect([name, State.Health?.Status]).toEqual([name, name === 'nats' ? undefined : 'healthy']);
    expect({ name, ...HostConfig }).toMatchObject({
      ...{ name, ReadonlyRootfs: true, CapDrop: ['ALL'], CapAdd: null, RestartPolicy: { Name: 'unless-stopped' } },
      SecurityOpt: ['no-new-privileges:true'],
    });
    expect(HostConfig.Memory).toBeGreaterThan(0);
    expect(HostConfig.PidsLimit).toBeGreaterThan(0);
    const open = Object.values(HostConfig.PortBindings ?? {}).flat();
    expect(open.map(({ HostIp }) => HostIp)).toEqual(open.map(() => '127.0.0.1'));
    const written = Mounts.filter(({ RW, Destination }) => RW && Destination !== '/tmp').map((one) => one.Destination);
    expect({ name, written }).toEqual({ name, written: expect.any(Array) });
    expect(written.filter((path) => !['/data', '/var/lib/postgresql/data'].includes(path))).toEqual([]);
  }
  const writing = compose.do('exec', 'detector', 'node', '-e', "fs.writeFileSync('/app/x', 'x')");
  await expect(writing).rejects.toThrow(/EROFS/);
  expect(await compose.do('exec', 'detector', 'node', '-p', "fs.writeFileSync('/tmp/x', 'x'); process.getuid()")).toBe(
    '1000',
  );
});

it('has small images that say what they are', async () => {
  for (const service of [...SERVICES, 'cli']) {
    const [image] = JSON.parse(await docker('image', 'inspect', `prunella/${service}:test`)) as [
      { Size: number; Config: { Labels: Record<string, string>; User: string; Healthcheck: object } },
    ];
    expect(image.Size).toBeLessThan(MOST_BYTES);
    expect(image.Config).toMatchObject({
      User: '1000:1000',
      Healthcheck: { Test: ['CMD', 'node', '/app/health.mjs'] },
      Labels: {
        'org.opencontainers.image.title': `prunella-${service}`,
        'org.opencontainers.image.version': 'test',
        'org.opencontainers.image.licenses': 'Apache-2.0',
      },
    });
  }
});

it('has secrets of its own, and shows the one of the database to nobody else', async () => {
  expect((await fetch(`${api}/v1/incidents`)).status).toBe(401);
  expect(token).toMatch(/^[\w-]{43}$/);
  const seen = await compose.do('exec', 'remediator', 'node', '-p', "fs.readdirSync('/run').join()");
  expect(seen.split(',')).not.toContain('prunella-database');
  const reach =
    "net.connect(5432, 'postgres').on('error', (e) => console.log(e.code)).on('connect', () => console.log('reached'))";
  expect(await compose.do('exec', 'remediator', 'node', '-e', reach)).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
});

it('shows each service its own password of NATS, and none of the others', async () => {
  const containers = await compose.containers();
  const volumes = Object.entries(containers).map(([name, { Mounts }]) => {
    const secret = Mounts.flatMap(({ Name }) =>
      Name?.startsWith(NATS_VOLUME) ? [Name.slice(NATS_VOLUME.length)] : [],
    );
    return [name, secret] as const;
  });
  expect(Object.fromEntries(volumes)).toMatchObject({
    ...Object.fromEntries(SERVICES.map((service) => [service, [service]])),
    ...{ nats: ['server'], provision: ['admin'], postgres: [] },
  });
  const seen = "[process.env.NATS_URL, fs.readdirSync('/run/nats').join(), fs.readdirSync('/run').join()].join(' ')";
  const [address, own, all] = (await compose.do('exec', 'detector', 'node', '-p', seen)).split(' ');
  expect([address, own]).toEqual(['nats://detector@nats:4222', 'password']);
  expect(all?.split(',').filter((name) => name.startsWith('nats'))).toEqual(['nats']);
});

it('NATS lets nobody in without a password, and the detector approve nothing', async () => {
  expect(await compose.natsSays('detector', ['PUB $JS.API.INFO 0\r\n'])).toEqual([]);
  expect(await compose.natsSays('detector', [APPROVE])).toEqual([REFUSED]);
  expect(await compose.natsSays('detector', [], '{"verbose":false}')).toEqual(["-ERR 'Authorization Violation'"]);
});

it('heals a simulated run, and its command line tells of it', async () => {
  const run = await failing();
  await expectHealed([run]);
  expect(await compose.do('run', '--rm', '--no-TTY', 'cli', 'incidents', 'list')).toMatch(/healed/);
});

const cannotWatch = process.env['CANNOT_WATCH'];
(cannotWatch ? it.skip : it)(
  `with the profile observability is watched by Prometheus, and hears of alerts by Alertmanager${cannotWatch ? `: ${cannotWatch}` : ''}`,
  async () => {
    await compose.watch();
    const [prometheus, alertmanager] = await Promise.all([compose.url('prometheus'), compose.url('alertmanager')]);
    const up = async () => {
      const query = encodeURIComponent('up{job="prunella"} == 1');
      const { data } = await get<Found>(`${prometheus}/api/v1/query?query=${query}`).catch(() => ({ data: undefined }));
      const services = data?.result.map(({ metric }) => metric['service']).sort();
      return services?.length === 4 && services;
    };
    expect(await until(up, 'Prometheus has read all four services', 60_000)).toEqual([
      ...['auditor', 'detector', 'diagnoser', 'remediator'],
    ]);
    const { data } = await get<{ data: { groups: { rules: { health: string }[] }[] } }>(`${prometheus}/api/v1/rules`);
    expect(data.groups.length).toBeGreaterThan(2);
    expect(data.groups.flatMap(({ rules }) => rules.filter(({ health }) => health === 'err'))).toEqual([]);

    const labels = { alertname: 'SlowBuild', repository: 'acme/shop', pipeline: 'acme/shop/ci', severity: 'warning' };
    const posted = await fetch(`${alertmanager}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels, annotations: { summary: 'The build takes three times as long' } }]),
    });
    expect(posted.status).toBe(200);
    const told = async () => {
      const { items } = await get<{ items: { pipelineId: string }[] }>(`${api}/v1/incidents?limit=100`);
      return items.find(({ pipelineId }) => pipelineId === 'acme/shop/ci');
    };
    await until(told, 'the alert is an incident', 60_000);
    await compose.unwatch();
  },
  180_000,
);

it.each([
  ['every service', ['detector', 'diagnoser', 'remediator', 'auditor']],
  ['NATS', ['nats']],
  ['Postgres', ['postgres']],
])(
  'goes on when %s is killed in the middle of a load: all is healed, nothing twice',
  async (_, victims) => {
    const runs: Run[] = [];
    let killed: Promise<void> | undefined;
    for (let n = 0; n < LOAD; n += 1) {
      runs.push(await failing());
      // In the middle: the first ones are being healed, others still run, some have not begun.
      if (n === LOAD / 2) killed = failed(runs[0]).then(() => compose.crash(victims));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await killed;
    // A port that the engine chose is another one after a restart.
    [api, playground] = await Promise.all([compose.url('auditor'), compose.url('playground')]);
    await expectHealed(runs);
    const areHealthy = async () => {
      const containers = await compose.containers();
      return victims.every((name) => [undefined, 'healthy'].includes(containers[name]?.State.Health?.Status));
    };
    await until(areHealthy, `${victims} are healthy again`, 60_000);
  },
  180_000,
);

it('a second up changes nothing; one with another door starts NATS anew, and all goes on', async () => {
  const idsOf = async () =>
    Object.entries(await compose.containers()).map(([name, { Id, State }]) => [name, Id, State.Pid]);
  const started = (all: unknown[][]) => all.filter(([, , pid]) => pid !== 0);
  const before = await idsOf();
  await compose.start();
  expect(started(await idsOf())).toEqual(started(before));

  await compose.start({ PRUNELLA_NATS_OPEN: 'slack' });
  expect(await compose.natsSays('detector', [APPROVE])).toEqual([]);
  await compose.start();
  expect(await compose.natsSays('detector', [APPROVE])).toEqual([REFUSED]);
  [api, playground] = await Promise.all([compose.url('auditor'), compose.url('playground')]);
  await expectHealed([await failing()]);
}, 180_000);

it('keeps everything over down and up, and nothing over down --volumes', async () => {
  const count = async () => (await get<{ items: unknown[] }>(`${api}/v1/incidents?limit=100`)).items.length;
  const before = await count();
  await compose.do('down', '--timeout', '10');
  await compose.start();
  api = await compose.url('auditor');
  expect(await count()).toBe(before);
  await compose.do('down', '--volumes', '--timeout', '5');
  const filter = ['--filter', 'label=com.docker.compose.project=prunella-test', '--quiet'];
  expect([await docker('ps', '--all', ...filter), await docker('volume', 'ls', ...filter)]).toEqual(['', '']);
}, 180_000);
