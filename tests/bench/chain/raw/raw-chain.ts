import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import { EVENTS } from '@prunella/bus';
import { startNats } from '@prunella/embedded';
import { temporaryHome } from '@prunella/testing';
import type { Chain } from '../chain.ts';
import { makeFailures } from '../failures.ts';
import { DECIDED, INPUT, idOf, numberOf, STAGES, STREAM, type StageName, type StageOrder } from './topology.ts';

export const RAW_STAGES = Object.keys(STAGES) as StageName[];

/** What each process publishes, in turn. */
export type Messages = Partial<Record<StageName, readonly Uint8Array[]>>;

/** Four processes with nothing but the clients of NATS, on a server and a stream like ours. @param messages as long as what the services publish. */
export async function startRawChain(messages: Messages): Promise<Chain> {
  const folder = await mkdtemp(join(tmpdir(), 'prunella-raw-'));
  const server = await startNats({ home: await temporaryHome(), port: 0 });
  const nats = await connect({ servers: server.url, name: 'bench', noAsyncTraces: true });
  const js = jetstream(nats);
  const manager = await jetstreamManager(nats);
  await manager.streams.add({
    name: STREAM,
    subjects: ['raw.>'],
    storage: StorageType.File,
    max_age: nanos(EVENTS.maxAgeMs),
    max_bytes: EVENTS.maxBytes,
    duplicate_window: nanos(EVENTS.duplicateWindowMs),
  });
  const stages = await Promise.all(
    RAW_STAGES.map((name) => startStage({ name, natsUrl: server.url }, messages[name], folder)),
  );
  const failure = makeFailures();
  return {
    pids: { ...Object.fromEntries(stages.map(({ name, pid }) => [name, [pid]])), nats: [server.pid] },
    async send(n) {
      await js.publish(INPUT, failure(n), { msgID: idOf(n, INPUT) });
    },
    follow(decided) {
      nats.subscribe(DECIDED, {
        callback: (error, message) => {
          if (error === null) decided(numberOf(message.headers?.get('Nats-Msg-Id')));
        },
      });
    },
    async drained() {
      for (const name of RAW_STAGES) {
        for (;;) {
          const { num_pending, num_ack_pending } = await manager.consumers.info(STREAM, name);
          if (num_pending + num_ack_pending === 0) break;
          await sleep(20);
        }
      }
    },
    async stop() {
      await nats.close();
      await Promise.all(stages.map((stage) => stage.stop()));
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function startStage(order: StageOrder, messages: readonly Uint8Array[] | undefined, folder: string) {
  const { name } = order;
  const file = join(folder, `${name}.json`);
  if (messages !== undefined)
    await writeFile(file, JSON.stringify(messages.map((bytes) => Buffer.from(bytes).toString('base64'))));
  const child = fork(
    fileURLToPath(new URL('stage.ts', import.meta.url)),
    [JSON.stringify({ ...order, ...(messages !== undefined && { messages: file }) })],
    { env: { PATH: process.env['PATH'] }, execArgv: [] },
  );
  const gone = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    gone.then(() => Promise.reject(new Error(`the raw ${name} ended before it was ready`))),
  ]);
  return {
    name,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
