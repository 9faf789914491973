import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { acquireNats, pingNats, ServerProcess } from '@prunella/embedded';
import { temporaryHome } from './home.ts';
import { keptPort } from './kept-port.ts';

const HOST = '127.0.0.1';
const GIB = 1024 ** 3;
/** A cluster elects its first leader within some seconds; a busy machine takes its time. */
const ELECTED_WITHIN_MS = 60_000;

/** One server of a cluster. */
export interface NatsNode {
  /** As NATS calls it. */
  readonly name: string;
  /** The same after a restart. */
  readonly url: string;
  readonly pid: number;
  readonly running: boolean;
  /** SIGKILL; its data stay. */
  kill(): Promise<void>;
  /** Starts it again on its port and data, and waits until it answers; whether it has caught up is another matter, see `caughtUp`. */
  restart(): Promise<void>;
}

/** Real NATS servers that form one JetStream cluster on loopback. */
export interface TestNatsCluster {
  /** All of them, separated by commas. */
  readonly url: string;
  readonly nodes: readonly NatsNode[];
  /** Who leads a stream right now; waits while nobody does. */
  leaderOf(stream: string): Promise<NatsNode>;
  /** Waits until all servers that keep a stream are there and up to date. */
  caughtUp(stream: string): Promise<void>;
  /** Stops all and removes their data. */
  stop(): Promise<void>;
}

/** Starts a cluster and waits until it has a leader. Takes some seconds. @param size 1: a server without a cluster, which nobody leads. */
export async function startTestNatsCluster(size = 3): Promise<TestNatsCluster> {
  const home = await temporaryHome();
  const program = (await acquireNats({})).path;
  const addresses: Address[] = [];
  for (let n = 1; n <= size; n += 1) {
    addresses.push({ name: `n${n}`, port: await keptPort(), clusterPort: await keptPort() });
  }
  const nodes = await Promise.all(addresses.map((address) => startNode(program, home, address, addresses)));
  const url = nodes.map((node) => node.url).join(',');
  const cluster: TestNatsCluster = {
    url,
    nodes,
    async leaderOf(stream) {
      const name = await asked(url, async (manager) => (await manager.streams.info(stream)).cluster?.leader);
      return nodes.find((node) => node.name === name) as NatsNode;
    },
    async caughtUp(stream) {
      await asked(url, async (manager) => {
        const { leader, replicas = [] } = (await manager.streams.info(stream)).cluster ?? {};
        return leader && replicas.every(({ current, offline }) => current && offline !== true);
      });
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()));
      await rm(home, { recursive: true, force: true });
    },
  };
  try {
    // Each server on its own knows of the leader.
    for (const node of nodes) await asked(node.url, () => true);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

interface Address {
  name: string;
  port: number;
  clusterPort: number;
}

async function startNode(program: string, home: string, own: Address, all: readonly Address[]): Promise<NatsNode> {
  const folder = join(home, own.name);
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'nats-server.conf');
  const routes = all.map(({ clusterPort }) => `nats://${HOST}:${clusterPort}`);
  const lines = [
    `server_name: ${own.name}`,
    `listen: "${HOST}:${own.port}"`,
    'max_payload: 8388608',
    `jetstream { store_dir: ${JSON.stringify(folder)}, max_file_store: ${16 * GIB}, max_memory_store: ${GIB / 4} }`,
    // One alone waits for others for ever as soon as it is told of a cluster.
    ...(all.length > 1
      ? [`cluster { name: prunella, listen: "${HOST}:${own.clusterPort}", routes: ${JSON.stringify(routes)} }`]
      : []),
    '',
  ];
  await writeFile(config, lines.join('\n'));
  const begin = () =>
    ServerProcess.start({
      name: 'nats',
      home: folder,
      program,
      args: ['--config', config],
      stopSignal: 'SIGTERM',
      graceMs: 3_000,
    });
  const ready = (server: ServerProcess) => server.ready(() => pingNats(HOST, own.port), 30_000, undefined);
  let server = await begin();
  await ready(server);
  return {
    name: own.name,
    url: `nats://${HOST}:${own.port}`,
    get pid() {
      return server.pid;
    },
    get running() {
      return server.running;
    },
    kill: () => server.kill(),
    async restart() {
      await server.kill();
      server = await begin();
      await ready(server);
    },
  };
}

/** Asks until there is an answer: while nobody leads there is none. */
async function asked<T>(
  servers: string,
  ask: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<T> | T,
): Promise<NonNullable<T>> {
  const end = performance.now() + ELECTED_WITHIN_MS;
  for (;;) {
    try {
      const nats = await connect({ servers: servers.split(','), timeout: 2_000 });
      try {
        const answer = await ask(await jetstreamManager(nats, { timeout: 2_000 }));
        if (answer) return answer;
      } finally {
        await nats.close();
      }
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    if (performance.now() > end)
      throw new Error(`no answer from a leader of ${servers} within ${ELECTED_WITHIN_MS} ms`);
    await sleep(100);
  }
}
