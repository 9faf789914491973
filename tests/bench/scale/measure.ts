import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { startPostgres } from '@prunella/embedded';
import { startTestNatsCluster, temporaryHome } from '@prunella/testing';
import { type Fleet, SERVICES, startFleet } from '../../support/fleet.ts';
import { Traffic } from '../../support/traffic.ts';
import { Chains } from './chains.ts';
import { cpuMs } from './cpu-of.ts';
import { drained } from './drained.ts';

export interface Case {
  /** Servers of NATS, which is also how many keep each stream. */
  nodes: 1 | 3;
  /** Of every service. */
  replicas: number;
}

export interface Sizes {
  chains: number;
  perSecond: number;
  seconds: number;
  /** Counts messages as well, which costs processor time of NATS and of the sender. */
  traffic: boolean;
}

export interface Figures extends Case {
  /** Whole chains a second at saturation: webhook, failure, diagnosis, decision, rerun, told. */
  perSecond: number;
  /** Milliseconds of processor time for each chain at saturation, until the auditor had all of it, too. */
  cpu: Record<(typeof SERVICES)[number] | 'nats' | 'postgres' | 'sender', number>;
  /** Milliseconds of processor time each second at rest, of all services and servers. */
  atRest: number;
  /** From webhook to decision at the steady rate, in ms. */
  p50: number;
  p99: number;
  /** What one incident leaves behind, in bytes: events on the stream, all buckets, tables with their indexes; and keys in buckets. */
  bytes: { stream: number; buckets: number; keys: number };
  /** From the kill of the server that leads the stream to the first decision after it, and the longest time without one, in ms; undefined: there is no other server. */
  failOver?: { firstMs: number; longestMs: number };
  lost: number;
  doubled: number;
  /** Messages for each chain at saturation, by what they are for. undefined: not counted. */
  traffic?: Record<string, number>;
}

/** Of each replica: a program that has just begun is slower, and must not be taken for one that others make slower. */
const WARM_UP = 60;
const REST_MS = 5_000;
export const POLICY = 'storm: { pipelines: 1000 }\nbudgets: []\n';

/** All figures of one set-up, on servers of its own. */
export async function measure({ nodes, replicas }: Case, sizes: Sizes): Promise<Figures> {
  const [cluster, postgres] = await Promise.all([
    startTestNatsCluster(nodes),
    startPostgres({ home: await temporaryHome(), port: 0 }),
  ]);
  let fleet: Fleet | undefined;
  let bus: Bus | undefined;
  try {
    const common = { natsUrl: cluster.url, natsReplicas: nodes, databaseUrl: postgres.url };
    fleet = await startFleet({ ...common, replicas, policy: POLICY });
    bus = await Bus.connect({ servers: cluster.url, name: 'bench', replicas: nodes });
    const { services } = fleet;
    const chains = Chains.follow(fleet, bus);
    await chains.saturate(WARM_UP * replicas);
    await drained(bus);

    const used = async () => ({
      ...Object.fromEntries(
        await Promise.all(SERVICES.map(async (name) => [name, await cpuMs(services[name].map(({ pid }) => pid))])),
      ),
      nats: await cpuMs(cluster.nodes.map(({ pid }) => pid)),
      postgres: await cpuMs([postgres.pid]),
      sender: process.cpuUsage().user / 1_000 + process.cpuUsage().system / 1_000,
    });
    const resting = sum(await used());
    await sleep(REST_MS);
    const atRest = ((sum(await used()) - resting) * 1_000) / REST_MS;
    const traffic = sizes.traffic ? await Traffic.listen(cluster.url) : undefined;
    const [stored, before] = [await bytesOf(bus), await used()];
    const tookMs = await chains.saturate(sizes.chains);
    await drained(bus);
    const counted = await traffic?.take();
    await traffic?.close();
    const [storedNow, after] = [await bytesOf(bus), await used()];
    const each = (now: number, then: number) => (now - then) / sizes.chains;
    const cpu = Object.fromEntries(
      Object.entries<number>(after as Record<string, number>).map(([name, ms]) => [
        name,
        each(ms, (before as Record<string, number>)[name] ?? 0),
      ]),
    ) as Figures['cpu'];

    const times = await chains.steadily(sizes.perSecond, sizes.seconds);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    const failOver = nodes === 1 ? undefined : await killedLeader(chains, cluster, sizes);
    return {
      ...{ nodes, replicas, perSecond: (sizes.chains * 1_000) / tookMs, cpu, atRest, p50: at(0.5), p99: at(0.99) },
      bytes: {
        stream: each(storedNow.stream, stored.stream),
        buckets: each(storedNow.buckets, stored.buckets),
        keys: each(storedNow.keys, stored.keys),
      },
      ...(failOver !== undefined && { failOver }),
      ...(counted !== undefined && {
        traffic: Object.fromEntries(Object.entries(counted).map(([name, count]) => [name, each(count, 0)])),
      }),
      ...chains.faults(),
    };
  } finally {
    await fleet?.stop();
    await bus?.close();
    await Promise.all([cluster.stop(), postgres.stop()]);
  }
}

/** Without the sender, which is not ours. */
function sum({ sender, ...ours }: Record<string, number>): number {
  return Object.values(ours).reduce((all, one) => all + one, 0);
}

/** Kills the server that leads the stream while chains go on at the steady rate. */
async function killedLeader(
  chains: Chains,
  cluster: Awaited<ReturnType<typeof startTestNatsCluster>>,
  { perSecond, seconds }: Sizes,
): Promise<NonNullable<Figures['failOver']>> {
  const leader = await cluster.leaderOf(EVENTS.name);
  const load = chains.steadily(perSecond, seconds);
  await sleep(1_000);
  const killedAt = performance.now();
  await leader.kill();
  await load;
  return {
    firstMs: (chains.firstAfter(killedAt) ?? Number.POSITIVE_INFINITY) - killedAt,
    longestMs: chains.longestGapAfter(killedAt),
  };
}

/** Of one copy. */
async function bytesOf(bus: Bus): Promise<Figures['bytes']> {
  const manager = await bus.jetstream.jetstreamManager();
  const sum = { stream: 0, buckets: 0, keys: 0 };
  for await (const { config, state } of manager.streams.list()) {
    if (config.name.startsWith('KV_')) {
      sum.buckets += state.bytes;
      sum.keys += state.messages;
    } else sum.stream += state.bytes;
  }
  return sum;
}
