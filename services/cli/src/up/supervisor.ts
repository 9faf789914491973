import { join } from 'node:path';
import { anyFreePort, claimHome, requirePort } from '@prunella/embedded';
import type { Context } from '../context.ts';
import { type Endpoints, portVariable, removeEndpoints, type ServiceName, writeEndpoints } from '../endpoints.ts';
import { EXIT } from '../exit.ts';
import { banner } from './banner.ts';
import { openBrowser } from './browser.ts';
import { humanLine } from './log-line.ts';
import { type Plan, planOf, type UpOptions } from './plan.ts';
import { type Servers, startServers } from './servers.ts';
import { Supervised } from './supervised.ts';

/** The first start makes a database and consumers; on a busy machine that takes its time. */
const READY_MS = 90_000;
const LABEL_WIDTH = 11;

/**
 * Runs everything until it is told to stop: NATS, PostgreSQL, the services and, where there is nothing else to see, the
 * playground.
 *
 * @param stop Aborted once: stop in good order. `kill` aborted: at once.
 * @returns the exit code.
 * @throws ConfigError before anything is started (ports, another `up`), UnreachableError when something does not come up;
 * everything is stopped then.
 */
export async function runUp(
  context: Context,
  options: UpOptions,
  { stop, kill }: { stop: AbortSignal; kill: AbortSignal },
): Promise<number> {
  const plan = planOf(context, options);
  // The home first: when we run here already, that is the reason why the ports are in use.
  const release = await claimHome(plan.home);
  await settlePorts(plan).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  let servers: Servers | undefined;
  let services: Supervised[] = [];
  const onKill = (): void => {
    for (const service of services) service.kill();
    void servers?.kill();
  };
  kill.addEventListener('abort', onKill);
  try {
    context.err(context.colors.dim('Starting Prunella ...'));
    servers = await startServers(context, plan);
    const endpoints = endpointsOf(plan, servers);
    await writeEndpoints(plan.home, endpoints);
    services = superviseAll(context, plan, options, endpoints, servers);
    if (!stop.aborted) await allReady(services, stop);
    if (!stop.aborted) {
      for (const line of banner(context, plan, servers, endpoints)) context.out(line);
      if (context.interactive && options.open) openBrowser(endpoints.auditor ?? '');
      await aborted(stop);
    }
    return EXIT.done;
  } finally {
    context.err(context.colors.dim('Stopping ...'));
    await Promise.all(services.map((service) => service.stop()));
    await servers?.stop();
    await removeEndpoints(plan.home);
    await release();
    kill.removeEventListener('abort', onKill);
    context.err(context.colors.dim('Stopped.'));
  }
}

/** All ports are looked at before anything is started. A port of 0 becomes a free one. */
async function settlePorts(plan: Plan): Promise<void> {
  for (const service of plan.services) {
    if (service.port === 0) service.port = await anyFreePort(plan.host);
    const { name, port } = service;
    await requirePort({ what: `the ${name}`, variable: portVariable(name), host: plan.host }, port);
  }
}

function endpointsOf(plan: Plan, servers: Servers): Endpoints {
  return {
    // Whoever may read the file may do everything here: the database's password is in it as well.
    nats: servers.nats.urlOf('admin'),
    postgres: servers.postgres.url,
    ...Object.fromEntries(plan.services.map(({ name, port }) => [name, `http://${reachable(plan.host)}:${port}`])),
  };
}

/** Listening on every address is reached by loopback from here. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function superviseAll(
  context: Context,
  plan: Plan,
  options: UpOptions,
  endpoints: Endpoints,
  servers: Servers,
): Supervised[] {
  const { colors } = context;
  const label = (service: string): string => colors.dim(service.padEnd(LABEL_WIDTH));
  const services = plan.services.map(
    ({ name, main }) =>
      new Supervised(
        { name, main, url: endpoints[name] ?? '', env: environmentOf(context.env, name, plan, endpoints, servers) },
        {
          line(service, line) {
            if (options.jsonLogs) return context.out(line);
            const shown = humanLine(line, colors);
            if (shown !== undefined) context.out(`${label(service)} ${shown}`);
          },
          crashed(service, how, delayMs) {
            context.err(`${label(service)} ${colors.red(`ended by itself (${how}); again in ${delayMs / 1000} s`)}`);
          },
        },
      ),
  );
  for (const service of services) service.start();
  return services;
}

/** What a service is told: the environment and the addresses, those of Postgres only the auditor. */
function environmentOf(
  env: NodeJS.ProcessEnv,
  name: ServiceName,
  plan: Plan,
  endpoints: Endpoints,
  servers: Servers,
): NodeJS.ProcessEnv {
  const { DATABASE_MIGRATION_URL: owner, DATABASE_MIGRATION_URL_FILE: ownerFile, ...others } = env;
  const { DATABASE_URL: _, DATABASE_URL_FILE: _file, ...shared } = others;
  return {
    ...shared,
    ...Object.fromEntries(plan.services.map((service) => [portVariable(service.name), String(service.port)])),
    PRUNELLA_HOME: plan.home,
    // Node keeps the compiled code: half of a service's start is reading frameworks.
    NODE_COMPILE_CACHE: join(plan.home, 'cache', 'node'),
    PRUNELLA_PUBLIC_URL: env['PRUNELLA_PUBLIC_URL'] || endpoints.auditor,
    NATS_URL: servers.nats.urlOf(name),
    ...(name === 'auditor' && {
      DATABASE_URL: endpoints.postgres,
      ...(owner !== undefined && { DATABASE_MIGRATION_URL: owner }),
      ...(ownerFile !== undefined && { DATABASE_MIGRATION_URL_FILE: ownerFile }),
    }),
    ...(endpoints.playground !== undefined && { PLAYGROUND_URL: endpoints.playground }),
  };
}

/** The first that fails ends the wait; so does a wish to stop. */
async function allReady(services: readonly Supervised[], stop: AbortSignal): Promise<void> {
  const ready = Promise.all(services.map((service) => service.ready(READY_MS)));
  // When the wait ends otherwise, a late failure has nobody left to tell.
  ready.catch(() => undefined);
  await Promise.race([ready, aborted(stop)]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
