import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@prunella/bus';
import {
  CrashProxy,
  FakeGitHub,
  type FakeRun,
  type GuardedNats,
  plainRole,
  type ServiceProcess,
  startServiceProcess,
  startTestNats,
  startTestPostgres,
  type TestServer,
} from '@prunella/testing';
import { until } from './until.ts';

export const WEBHOOK_SECRET = 'a-webhook-secret';
const SERVICES = ['auditor', 'detector', 'diagnoser', 'remediator'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** An incident as the API gives it; only what the tests look at. */
export interface Incident {
  id: string;
  pipelineId: string;
  runId: string;
  repository: string;
  source: string;
  cause: string;
  confidence: number;
  decidedBy: string;
  action: string;
  verdict: string;
  status: string;
  state: string;
  outcome: string | null;
  outcomeReason: string | null;
  attempt: number;
  reason: string;
}

/** Prunella as four processes on a real NATS and a real PostgreSQL, with a fake GitHub. */
export interface System {
  nats: TestServer;
  postgres: TestServer;
  github: FakeGitHub;
  /** The test's own connection. */
  bus: Bus;
  services: Record<ServiceName, ServiceProcess>;
  /** Between each service and NATS, and between the auditor and PostgreSQL; with `proxied` only. */
  proxies: Partial<Record<ServiceName | 'postgres', CrashProxy>>;
  /** GET on the auditor's API; throws on other answers than 200. */
  api<T>(path: string): Promise<T>;
  incidents(): Promise<Incident[]>;
  /** Delivers a signed webhook about the run as it is now; the same `delivery` id: the same delivery again. */
  deliver(run: FakeRun, changes?: { secret?: string; delivery?: string }): Promise<Response>;
  stop(): Promise<void>;
}

export interface SystemOptions {
  policy?: string;
  /** A rule pack of the user's own. */
  rules?: string;
  /** Puts a CrashProxy before each connection, so that a test can kill a service at an exact message. */
  proxied?: boolean;
  /** A server with a user for each service, in place of one that asks nobody; stopped with the system. */
  guarded?: GuardedNats;
  /** Has the auditor run with a role of Postgres that has no more rights than it needs. */
  leastRights?: boolean;
  /** Environment of all services beside the usual. */
  environment?: Record<string, string>;
  /** Environment of one service beside that. */
  of?: Partial<Record<ServiceName, Record<string, string>>>;
}

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const directory = await mkdtemp(join(tmpdir(), 'prunella-system-'));
  const policy = join(directory, 'prunella.yaml');
  await writeFile(policy, options.policy ?? 'version: 1\n');
  const rules = join(directory, 'rules');
  await mkdir(rules);
  if (options.rules !== undefined) await writeFile(join(rules, 'own.yaml'), options.rules);
  const [nats, postgres, github] = await Promise.all([
    options.guarded ?? startTestNats(),
    startTestPostgres(),
    FakeGitHub.start(),
  ]);
  const proxies: System['proxies'] = {};
  if (options.proxied) {
    for (const name of SERVICES) proxies[name] = await CrashProxy.start(nats.port);
    proxies.postgres = await CrashProxy.start(postgres.port, 'postgres');
  }
  const databaseUrl = new URL(postgres.url);
  if (proxies.postgres !== undefined) databaseUrl.port = String(proxies.postgres.port);
  const environment = {
    NATS_URL: nats.url,
    PRUNELLA_CONFIG: policy,
    PRUNELLA_RULES_DIR: rules,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: 'ghp_test',
    LOG_LEVEL: 'warn',
    ...options.environment,
  };
  const own: Record<ServiceName, Record<string, string>> = {
    auditor: options.leastRights
      ? { DATABASE_URL: await plainRole(databaseUrl.href), DATABASE_MIGRATION_URL: databaseUrl.href }
      : { DATABASE_URL: databaseUrl.href },
    detector: { GITHUB_WEBHOOK_SECRET: WEBHOOK_SECRET },
    diagnoser: {},
    remediator: {},
  };
  const { guarded } = options;
  const natsOf = (name: ServiceName): Record<string, string> => {
    if (guarded !== undefined) return { NATS_URL: guarded.urlOf(name), NATS_CA_FILE: guarded.caFile ?? '' };
    return proxies[name] === undefined ? {} : { NATS_URL: proxies[name].url };
  };
  const started = await Promise.all(
    SERVICES.map(
      async (name) =>
        [
          name,
          await startServiceProcess(name, { ...environment, ...own[name], ...natsOf(name), ...options.of?.[name] }),
        ] as const,
    ),
  );
  const services = Object.fromEntries(started) as Record<ServiceName, ServiceProcess>;
  const servers = guarded?.urlOf('admin') ?? nats.url;
  const bus = await Bus.connect({ servers, caFile: guarded?.caFile, name: 'test' });

  async function api<T>(path: string): Promise<T> {
    const response = await fetch(services.auditor.url + path);
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  return {
    nats,
    postgres,
    github,
    bus,
    services,
    proxies,
    api,
    incidents: async () => (await api<{ items: Incident[] }>('/v1/incidents')).items,
    async deliver(run, { secret = WEBHOOK_SECRET, delivery } = {}) {
      const { body, headers } = github.delivery(run, secret);
      return await fetch(`${services.detector.url}/webhooks/github`, {
        method: 'POST',
        headers: { ...headers, ...(delivery !== undefined && { 'x-github-delivery': delivery }) },
        body,
      });
    },
    async stop() {
      await Promise.all(Object.values(services).map((service) => service.stop()));
      await bus.close();
      await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
      await Promise.all([nats.stop(), postgres.stop(), github.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Waits for the one incident that fits. */
export async function incidentWith(
  system: System,
  fits: (incident: Incident) => boolean,
  what: string,
  withinMs?: number,
): Promise<Incident> {
  return await until(async () => (await system.incidents().catch(() => [])).find(fits), what, withinMs);
}
