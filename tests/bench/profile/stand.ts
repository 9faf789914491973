import { Bus } from '@prunella/bus';
import type { Subject } from '@prunella/contracts';
import { startPostgres } from '@prunella/embedded';
import { type ServiceProcess, startTestNatsCluster, temporaryHome } from '@prunella/testing';
import { type FleetOptions, SERVICES, type ServiceName, startFleet } from '../../support/fleet.ts';
import { Followed } from '../chain/followed.ts';
import { fullSpeed } from '../chain/measure.ts';
import { startPrunellaChain } from '../chain/prunella-chain.ts';
import { Chains } from '../scale/chains.ts';
import { cpuMs } from '../scale/cpu-of.ts';
import { drained } from '../scale/drained.ts';
import { POLICY } from '../scale/measure.ts';

/** One of each of some services, on servers of their own. */
export interface Stand {
  services: Readonly<Record<ServiceName, readonly ServiceProcess[]>>;
  /** Lets so many chains through, up to the last of the services. @returns chains a second, and ms of processor time for each chain, by process. */
  round(count: number): Promise<{ perSecond: number; cpu: Record<string, number> }>;
  /** What went wrong, where that is looked for. */
  faults?(): { lost: number; doubled: number };
  stop(): Promise<void>;
}

export interface StandOptions extends Pick<FleetOptions, 'environmentOf' | 'root'> {
  services: readonly ServiceName[];
  /** Failures that are reported with their log, and decided in the mode `recommend`: the chain of `bench --only chain`, without a platform. Has all services. */
  reported: boolean;
}

export async function startStand(options: StandOptions): Promise<Stand> {
  return await (options.reported ? startReported(options) : startWatched(options));
}

async function startReported({ environmentOf, root }: StandOptions): Promise<Stand> {
  const chain = await startPrunellaChain({ root, ...(environmentOf !== undefined && { environmentOf }) });
  const side = { chain, followed: new Followed(chain) };
  return { services: chain.services, round: (count) => fullSpeed(side, count), stop: () => chain.stop() };
}

/** Webhooks of runs on a platform that is asked about them, and rerun. */
async function startWatched({ services, reported: _, ...options }: StandOptions): Promise<Stand> {
  const [cluster, postgres] = await Promise.all([
    startTestNatsCluster(1),
    startPostgres({ home: await temporaryHome(), port: 0 }),
  ]);
  const common = { natsUrl: cluster.url, natsReplicas: 1, databaseUrl: postgres.url, replicas: 1 } as const;
  const fleet = await startFleet({ ...common, policy: POLICY, only: services, ...options });
  const bus = await Bus.connect({ servers: cluster.url, name: 'bench', replicas: 1 });
  const chains = Chains.follow(fleet, bus, lastOf(services));
  const used = async (): Promise<Record<string, number>> => {
    const pids = [
      ...SERVICES.map((name) => [name, fleet.services[name].map(({ pid }) => pid)] as const),
      ['NATS', cluster.nodes.map(({ pid }) => pid)] as const,
      ['Postgres', [postgres.pid]] as const,
    ];
    return Object.fromEntries(await Promise.all(pids.map(async ([name, own]) => [name, await cpuMs(own)])));
  };
  return {
    services: fleet.services,
    async round(count) {
      const before = await used();
      const tookMs = await chains.saturate(count);
      await drained(bus);
      const after = Object.entries(await used());
      const cpu = Object.fromEntries(after.map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / count]));
      return { perSecond: (count * 1_000) / tookMs, cpu };
    },
    faults: () => chains.faults(),
    async stop() {
      await fleet.stop();
      await bus.close();
      await Promise.all([cluster.stop(), postgres.stop()]);
    },
  };
}

/** What ends a chain where not all services are there. */
function lastOf(services: readonly ServiceName[]): Subject {
  if (services.includes('remediator')) return 'action.executed';
  return services.includes('diagnoser') ? 'diagnosis.made' : 'pipeline.failed';
}
