import { rm } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNats, startPostgres } from '@prunella/embedded';
import { startServiceProcess, temporaryHome } from '@prunella/testing';
import { type Memory, memoryOf } from '../../support/memory.ts';
import { SERVICES, type ServiceName } from '../../support/replicas.ts';
import { Followed } from '../chain/followed.ts';
import { startPrunellaChain } from '../chain/prunella-chain.ts';
import { startOnce, untilReady } from './npm-start.ts';

export interface StartFigures {
  /** `npm start` in ms: on an empty home, which makes the database, and again on the same one. */
  npmStart: { first: number; again: number[] };
  /** Each service by itself, from spawn to `/readyz`, in ms. */
  services: Record<ServiceName, number[]>;
  /** Chains that went through before `used`. */
  chains: number;
  memory: { started: Record<ServiceName, Memory>; used: Record<ServiceName, Memory> };
}

/** What is not done yet right after a start is done by then. */
const SETTLED_MS = 2_000;

export async function measureStart(sizes: { rounds: number; chains: number }): Promise<StartFigures> {
  return {
    npmStart: await npmStarts(sizes.rounds),
    services: await serviceStarts(sizes.rounds),
    chains: sizes.chains,
    memory: await memories(sizes.chains),
  };
}

async function npmStarts(rounds: number): Promise<StartFigures['npmStart']> {
  const home = await temporaryHome();
  try {
    const first = await startOnce(home);
    say(`npm start on an empty home: ${Math.round(first)} ms`);
    const again: number[] = [];
    for (let n = 0; n < rounds; n += 1) again.push(await startOnce(home));
    say(`again: ${again.map(Math.round).join(', ')} ms`);
    return { first, again };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Minutes pass on a busy machine: whoever waits wants to know for what. */
function say(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

/** One after the other on servers that run; the first round, which compiles and makes tables and consumers, is not counted. */
async function serviceStarts(rounds: number): Promise<StartFigures['services']> {
  const [nats, postgres] = await Promise.all([
    startNats({ home: await temporaryHome(), port: 0 }),
    startPostgres({ home: await temporaryHome(), port: 0 }),
  ]);
  const found: StartFigures['services'] = { auditor: [], detector: [], diagnoser: [], remediator: [] };
  try {
    for (let n = -1; n < rounds; n += 1) {
      for (const name of SERVICES) {
        const begun = performance.now();
        const environment = { NATS_URL: nats.url, DATABASE_URL: postgres.url, LOG_LEVEL: 'warn' };
        const service = await startServiceProcess(name, environment);
        await untilReady(`${service.url}/readyz`, { exitCode: null }, () => service.output);
        if (n >= 0) found[name].push(performance.now() - begun);
        await service.stop();
      }
    }
    say('each service by itself: done');
    return found;
  } finally {
    await Promise.all([nats.stop(), postgres.stop()]);
  }
}

async function memories(chains: number): Promise<StartFigures['memory']> {
  const prunella = await startPrunellaChain();
  const followed = new Followed(prunella);
  const now = async () => {
    await sleep(SETTLED_MS);
    const all = SERVICES.map(async (name) => [name, await memoryOf(prunella.services[name][0]?.pid ?? 0)] as const);
    return Object.fromEntries(await Promise.all(all)) as Record<ServiceName, Memory>;
  };
  try {
    const started = await now();
    await followed.saturate(chains);
    await prunella.drained();
    return { started, used: await now() };
  } finally {
    await prunella.stop();
  }
}
