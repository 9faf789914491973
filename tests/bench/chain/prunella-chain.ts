import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@prunella/bus';
import { startNats, startPostgres } from '@prunella/embedded';
import { type ServiceProcess, temporaryHome } from '@prunella/testing';
import { Pool } from 'undici';
import { type ReplicaOptions, SERVICES, type ServiceName, startReplicas } from '../../support/replicas.ts';
import { drained } from '../scale/drained.ts';
import type { Chain } from './chain.ts';
import { makeFailures } from './failures.ts';

const TOKEN = 'the-token-of-the-benchmark';
/** In the mode that everybody begins with: what would be done is decided, told and recorded. Hundreds of failures a second would else be one storm. */
const POLICY = 'version: 1\nstorm: { pipelines: 1000 }\n';
/** What services publish about a failure, in this order. */
export const TOLD = ['pipeline.failed', 'diagnosis.made', 'action.executed'] as const;
const SAMPLES = 200;

export interface PrunellaChain extends Chain {
  /** What was published about the first failures, by subject. */
  readonly samples: Readonly<Record<(typeof TOLD)[number], readonly Uint8Array[]>>;
  readonly services: Record<ServiceName, readonly ServiceProcess[]>;
}

export interface PrunellaChainOptions extends Pick<ReplicaOptions, 'root'> {
  /** A folder for a CPU profile of each service. */
  profileTo?: string | undefined;
  /** What the processes of one service have besides, or instead. */
  environmentOf?: (name: ServiceName, natsUrl: string) => Record<string, string> | Promise<Record<string, string>>;
}

/** The services as processes on a real NATS and a real Postgres. */
export async function startPrunellaChain({
  profileTo,
  environmentOf,
  root,
}: PrunellaChainOptions = {}): Promise<PrunellaChain> {
  const folder = await mkdtemp(join(tmpdir(), 'prunella-bench-'));
  const policy = join(folder, 'prunella.yaml');
  await writeFile(policy, POLICY);
  const [nats, postgres] = await Promise.all([
    startNats({ home: await temporaryHome(), port: 0 }),
    startPostgres({ home: await temporaryHome(), port: 0 }),
  ]);
  const environment = {
    NATS_URL: nats.url,
    PRUNELLA_CONFIG: policy,
    PRUNELLA_API_TOKEN: TOKEN,
    LOG_LEVEL: 'warn',
  };
  const of = async (name: ServiceName) => ({
    ...(name === 'auditor' && { DATABASE_URL: postgres.url }),
    ...(profileTo !== undefined && profiled(name, profileTo)),
    ...(await environmentOf?.(name, nats.url)),
  });
  const services = await startReplicas(1, environment, { of, root });
  const bus = await Bus.connect({ servers: nats.url, name: 'bench' });
  const [detector] = services.detector;
  // The client that costs the sender least: it is measured with all else, and is none of ours.
  const pool = new Pool(detector?.url ?? '', { connections: 32 });
  const failure = makeFailures();
  const samples: Record<(typeof TOLD)[number], Uint8Array[]> = {
    'pipeline.failed': [],
    'diagnosis.made': [],
    'action.executed': [],
  };
  return {
    samples,
    services,
    pids: {
      ...Object.fromEntries(SERVICES.map((name) => [name, services[name].map(({ pid }) => pid)])),
      nats: [nats.pid],
      postgres: [postgres.pid],
    },
    async send(n) {
      const { statusCode, body } = await pool.request({
        path: '/webhook/healing',
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${TOKEN}`,
          'idempotency-key': `bench-${n}`,
        },
        body: failure(n),
      });
      await body.dump();
      if (statusCode !== 202) throw new Error(`failure ${n}: expected 202 of the detector, found ${statusCode}`);
    },
    follow(decided) {
      for (const subject of TOLD) {
        bus.nats.subscribe(subject, {
          callback: (error, message) => {
            if (error !== null) return;
            if (samples[subject].length < SAMPLES) samples[subject].push(message.data);
            if (subject === 'action.executed') decided(numberOf(message.string()));
          },
        });
      }
    },
    drained: () => drained(bus),
    async stop() {
      await pool.destroy();
      await bus.close();
      await Promise.all(SERVICES.flatMap((name) => services[name].map((service) => service.stop())));
      await Promise.all([nats.stop(), postgres.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}

/** By cutting text: the sender has as little to do as can be. */
function numberOf(message: string): number {
  return Number(/"runId":"(\d+)"/.exec(message)?.[1]);
}

/** Node writes `<service>.cpuprofile` when the process ends; Chrome's developer tools and speedscope.app open it. */
function profiled(name: string, folder: string): Record<string, string> {
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder} --cpu-prof-name=${name}.cpuprofile` };
}
