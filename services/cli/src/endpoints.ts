import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, homeOf } from './context.ts';

/** The services that `up` runs, and where they listen when nobody says otherwise. */
export const PORTS = { auditor: 7100, detector: 7101, diagnoser: 7102, remediator: 7103, playground: 7110 } as const;

export type ServiceName = keyof typeof PORTS;

export const SERVICES = Object.keys(PORTS) as ServiceName[];

/** The variable that sets a service's port. */
export function portVariable(service: ServiceName): string {
  return `PORT_${service.toUpperCase()}`;
}

/** The addresses in use: services as `http://host:port`, `nats` and `postgres` as their clients take them. */
export type Endpoints = { [name in ServiceName | 'nats' | 'postgres']?: string };

/** What `up` wrote down for this home; empty: it does not run. */
export async function recordedEndpoints(context: Pick<Context, 'env' | 'cwd'>): Promise<Endpoints> {
  try {
    const recorded: unknown = JSON.parse(await readFile(fileOf(homeOf(context)), 'utf8'));
    return typeof recorded === 'object' && recorded !== null ? recorded : {};
  } catch {
    return {};
  }
}

/** Where to find everything: the environment, else what `up` wrote down, else the usual ports on loopback. */
export async function endpointsOf(context: Pick<Context, 'env' | 'cwd'>): Promise<Required<Endpoints>> {
  const { env } = context;
  const recorded = await recordedEndpoints(context);
  const services = Object.fromEntries(
    SERVICES.map((service) => {
      const port = env[portVariable(service)];
      const local = `http://127.0.0.1:${port || PORTS[service]}`;
      return [service, port ? local : (recorded[service] ?? local)];
    }),
  ) as Record<ServiceName, string>;
  return {
    ...services,
    auditor: env['PRUNELLA_URL'] || services.auditor,
    detector: env['PRUNELLA_DETECTOR_URL'] || services.detector,
    nats: env['NATS_URL'] || recorded.nats || `nats://127.0.0.1:${env['PORT_NATS'] || 4222}`,
    postgres: env['DATABASE_URL'] || recorded.postgres || '',
  };
}

/** Only its owner can read it: the passwords of the database and of NATS are in it. */
export async function writeEndpoints(home: string, endpoints: Endpoints): Promise<void> {
  await mkdir(home, { recursive: true });
  const file = fileOf(home);
  await writeFile(`${file}.new`, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function removeEndpoints(home: string): Promise<void> {
  await rm(fileOf(home), { force: true });
}

function fileOf(home: string): string {
  return join(home, 'endpoints.json');
}
