import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, startPostgres } from '@prunella/embedded';
import { FakeGitHub, FakeGitLab, Link, temporaryHome } from '@prunella/testing';
import type { ProcessEnd } from '../ledger/ledger.ts';
import { type Courier, startCourier } from '../load/courier.ts';
import { type Promised, policyOf } from '../load/promised.ts';
import { RULES } from '../load/stories.ts';
import { processNames } from '../schedule/schedule.ts';
import { Disk } from './disk.ts';
import { HeldServer } from './held-server.ts';
import { replayEvents } from './replay.ts';
import { ShiftedClock } from './shifted.ts';
import { Supervised } from './supervised.ts';
import { Turns } from './turns.ts';

export const SECRET = 'a-webhook-secret';
/** Of the API, and of publishers. */
export const TOKEN = 'an-api-token';
const DISK_MIB = 256;

/** Everything that a fault can get at. */
export interface World {
  /** `detector`, `diagnoser`, `remediator`, `auditor`, and with more of each `detector-2`, ... */
  services: ReadonlyMap<string, Supervised>;
  /** Between each of them and NATS; `postgres`: between the auditors and PostgreSQL. */
  links: ReadonlyMap<string, Link>;
  nats: HeldServer;
  /** Straight to it, past all links: for whoever looks on. */
  natsUrl: string;
  postgres: HeldServer;
  github: FakeGitHub;
  gitlab: FakeGitLab;
  courier: Courier;
  /** That of NATS; undefined: it can't be had here. */
  disk: Disk | undefined;
  /** What NATS printed since its last start. */
  natsLog(): Promise<string>;
  /** Puts events on the bus once more. @param hit called for each that NATS has taken. */
  replay(count: number, hit: () => void): Promise<void>;
  /** Those that were, by `source` and `id`. */
  replayed: string[];
  /** The wall clocks of the processes. */
  clocks: ReadonlyMap<string, ShiftedClock>;
  /** Milliseconds since the run began, by a clock that nobody shifts. */
  now(): number;
  /** How the processes ended. */
  stop(): Promise<ProcessEnd[]>;
}

const SHIFTED_CLOCK = new URL('./shifted-clock.mjs', import.meta.url).href;
/** Then it is killed: longer than it may take, so that the ledger tells how late it was. */
const STOP_WITHIN_MS = 40_000;

export interface WorldOptions {
  seed: number;
  /** Of each service. */
  replicas: number;
}

/** Starts all of it. What was started is stopped again when something does not start. */
export async function startWorld(promised: Promised, of: WorldOptions): Promise<World> {
  const began = performance.now();
  const now = () => Math.round(performance.now() - began);
  const ends: (() => Promise<unknown>)[] = [];
  /** From the last that was started to the first. */
  const end = async () => {
    for (const one of ends.reverse()) await one();
  };
  try {
    return await begin(promised, of, now, ends, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function begin(
  promised: Promised,
  { seed, replicas }: WorldOptions,
  now: () => number,
  ends: (() => Promise<unknown>)[],
  end: () => Promise<void>,
): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'prunella-chaos-'));
  const [natsHome, postgresHome] = await Promise.all([temporaryHome(), temporaryHome()]);
  for (const path of [directory, natsHome, postgresHome]) ends.push(() => rm(path, { recursive: true, force: true }));
  const disk = await Disk.mount(join(natsHome, 'nats'), DISK_MIB);
  ends.push(async () => disk?.unmount());
  let port = 0;
  const nats = await HeldServer.start(async () => {
    const server = await startNats({ home: natsHome, port });
    port = server.port;
    return server;
  });
  ends.push(() => nats.stop());
  const postgres = await startHeldPostgres(postgresHome);
  ends.push(() => postgres.server.stop());
  const github = await FakeGitHub.start();
  ends.push(() => github.stop());
  const gitlab = await FakeGitLab.start();
  ends.push(() => gitlab.stop());
  const natsUrl = `nats://127.0.0.1:${port}`;

  const names = processNames(replicas);
  const links = new Map<string, Link>();
  for (const name of names) links.set(name, await Link.start(port));
  links.set('postgres', await Link.start(Number(postgres.url.port), 'other'));
  ends.push(() => Promise.all([...links.values()].map((link) => link.stop())));
  const common = { ...(await writeSettings(directory, promised)), ...platformSettings(github, gitlab) };
  const clocks = new Map(names.map((name) => [name, new ShiftedClock(join(directory, `clock-${name}`))]));
  const databaseUrl = new URL(postgres.url);
  databaseUrl.port = String(links.get('postgres')?.port);
  const environmentOf = (name: string) => ({
    ...common,
    NATS_URL: `nats://127.0.0.1:${links.get(name)?.port}`,
    NODE_OPTIONS: `--import ${SHIFTED_CLOCK}`,
    CHAOS_CLOCK: clocks.get(name)?.file ?? '',
    ...(serviceOf(name) === 'auditor' && { DATABASE_URL: databaseUrl.href }),
    ...(serviceOf(name) === 'detector' && { GITHUB_WEBHOOK_SECRET: SECRET, GITLAB_WEBHOOK_TOKEN: SECRET }),
  });
  const services = new Map<string, Supervised>();
  let processEnds: ProcessEnd[] = [];
  ends.push(async () => {
    processEnds = await Promise.all([...services.values()].map((one) => one.stop(STOP_WITHIN_MS)));
  });
  const started = await Promise.allSettled(
    names.map(async (name) => {
      const options = { name, service: serviceOf(name), environment: environmentOf(name), now };
      services.set(name, await Supervised.start(options));
    }),
  );
  for (const one of started) if (one.status === 'rejected') throw one.reason;
  const turns = new Turns();
  const courier = startCourier({ seed, urlOf: () => turns.next(services, 'detector'), now });
  ends.push(async () => courier.stop());
  const replayed: string[] = [];
  return {
    ...{ replayed, services, links, clocks, nats, natsUrl, postgres: postgres.server, courier, disk, now },
    ...{ github, gitlab },
    natsLog: () => readFile(join(natsHome, 'logs', 'nats.log'), 'utf8').catch(() => ''),
    replay: async (count, hit) => void replayed.push(...(await replayEvents(natsUrl, count, hit))),
    async stop() {
      await end();
      return processEnds;
    },
  };
}

function serviceOf(name: string): string {
  return name.replace(/-\d+$/, '');
}

function platformSettings(github: FakeGitHub, gitlab: FakeGitLab): Record<string, string> {
  return {
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: 'ghp_test',
    GITLAB_URL: gitlab.url,
    GITLAB_TOKEN: gitlab.token,
  };
}

async function startHeldPostgres(home: string): Promise<{ server: HeldServer; url: URL }> {
  let url = new URL('postgres://127.0.0.1:0');
  const server = await HeldServer.start(async () => {
    // A killed server loses nothing without fsync, only a power cut would.
    const started = await startPostgres({ home, port: Number(url.port), durable: false });
    url = new URL(started.url);
    return started;
  });
  return { server, url };
}

/** What all services read. */
async function writeSettings(directory: string, promised: Promised): Promise<Record<string, string>> {
  const policy = join(directory, 'prunella.yaml');
  const rules = join(directory, 'rules');
  await mkdir(rules);
  await Promise.all([writeFile(policy, policyOf(promised)), writeFile(join(rules, 'own.yaml'), RULES)]);
  return {
    PRUNELLA_CONFIG: policy,
    PRUNELLA_RULES_DIR: rules,
    PRUNELLA_API_TOKEN: TOKEN,
    LOG_LEVEL: 'warn',
  };
}
