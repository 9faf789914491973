import { rm } from 'node:fs/promises';
import { Bus } from '@prunella/bus';
import { type EmbeddedServer, startNats, startPostgres } from '@prunella/embedded';
import { type FakeGitHub, keptPort, type ServiceProcess, temporaryHome } from '@prunella/testing';
import { type Courier, startCourier } from '../chaos/suite/load/courier.ts';
import { RULES } from '../chaos/suite/load/stories.ts';
import { SECRET, TOKEN } from '../chaos/suite/world/world.ts';
import { type Fleet, SERVICES, type ServiceName, startFleet } from '../support/fleet.ts';
import { POLICY } from './load/policy.ts';

const HOST = '127.0.0.1';
const COLLECT_GARBAGE = new URL('./measure/collect-garbage.ts', import.meta.url).href;

/** One of every service on one NATS and one PostgreSQL, as it is run in most places. */
export interface Stand {
  services: ReadonlyMap<ServiceName, ServiceProcess>;
  nats: EmbeddedServer;
  natsUrl: string;
  /** Where NATS tells of itself. */
  monitor: string;
  postgres: EmbeddedServer;
  /** Where each of the servers keeps its files. */
  homes: { nats: string; postgres: string };
  /** Of the soak itself. */
  bus: Bus;
  github: FakeGitHub;
  courier: Courier;
  /** Milliseconds since it began. */
  now(): number;
  stop(): Promise<void>;
}

export async function startStand(): Promise<Stand> {
  const began = performance.now();
  const now = () => performance.now() - began;
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  const home = async () => {
    const folder = await temporaryHome();
    ends.push(() => rm(folder, { recursive: true, force: true }));
    return folder;
  };
  try {
    const homes = { nats: await home(), postgres: await home() };
    const port = await keptPort();
    const nats = await startNats({ home: homes.nats, port: 0, more: `http: "${HOST}:${port}"` });
    ends.push(() => nats.stop());
    const postgres = await startPostgres({ home: homes.postgres, port: 0 });
    ends.push(() => postgres.stop());
    const fleet = await startFleet({
      ...{ natsUrl: nats.url, natsReplicas: 1, databaseUrl: postgres.url, replicas: 1 },
      ...{ policy: POLICY, mode: 'recommend', rules: RULES },
      environmentOf: () => ({
        PRUNELLA_API_TOKEN: TOKEN,
        GITHUB_WEBHOOK_SECRET: SECRET,
        NODE_OPTIONS: `--import ${COLLECT_GARBAGE}`,
      }),
    });
    ends.push(() => fleet.stop());
    const bus = await Bus.connect({ servers: nats.url, name: 'soak', replicas: 1 });
    ends.push(() => bus.close());
    const { github } = fleet;
    const services = servicesOf(fleet);
    const urlOf = () => services.get('detector')?.url ?? '';
    const courier = startCourier({ seed: 1, urlOf, now });
    ends.push(async () => courier.stop());
    const monitor = `http://${HOST}:${port}`;
    return { services, nats, natsUrl: nats.url, monitor, postgres, homes, bus, github, courier, now, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function servicesOf({ services }: Fleet): Map<ServiceName, ServiceProcess> {
  return new Map(SERVICES.map((name) => [name, services[name][0] as ServiceProcess]));
}
