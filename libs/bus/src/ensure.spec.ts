import { jest } from '@jest/globals';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startTestNats, type TestServer } from '@prunella/testing';
import { Bus } from './bus.ts';
import { ensureBucket, ensureStream } from './ensure.ts';
import { EVENTS, ORIGINALS } from './topology.ts';

let server: TestServer;
let nats: NatsConnection;
let manager: JetStreamManager;

beforeEach(async () => {
  server = await startTestNats();
  nats = await connect({ servers: server.url });
  manager = await jetstreamManager(nats);
});
afterEach(async () => {
  await nats.close();
  await server.stop();
});

it('many who come to a new server at once all find the streams', async () => {
  const names = Array.from({ length: 8 }, (_, n) => `spec-${n}`);
  const buses = await Promise.all(names.map((name) => Bus.connect({ servers: server.url, name })));
  expect((await manager.streams.info(EVENTS.name)).state.messages).toBe(0);
  await Promise.all(buses.map((bus) => bus.close()));
});

it('a server alone does not say that three keep what it has already', async () => {
  await ensureStream(manager, EVENTS, 1);
  await ensureBucket(jetstream(nats), manager, 'prunella_checks', 1);
  const message = /NATS_REPLICAS is 3, and .* can't be kept by so many servers/;
  await expect(ensureStream(manager, EVENTS, 3)).rejects.toThrow(message);
  await expect(ensureBucket(jetstream(nats), manager, 'prunella_checks', 3)).rejects.toThrow(message);
  expect((await manager.streams.info(EVENTS.name)).config.num_replicas).toBe(1);
});

describe('who found no stream, and comes to make it when another one has just made all of them', () => {
  const late = async (): Promise<void> => {
    const missing: unknown = await manager.streams.info(EVENTS.name).catch((error: unknown) => error);
    const bus = await Bus.connect({ servers: server.url, name: 'first' });
    await bus.close();
    jest.spyOn(manager.streams, 'info').mockRejectedValueOnce(missing);
  };

  it('takes what is there, though the server says that there is no room for it a second time', async () => {
    await late();
    const add = jest.spyOn(manager.streams, 'add');
    await ensureStream(manager, EVENTS);
    await expect(add.mock.results[0]?.value).rejects.toThrow(/insufficient storage/);
  });

  it('does not wait for one that is done without, and takes it the next time', async () => {
    const add = { name: ORIGINALS.name, subjects: [...ORIGINALS.subjects] };
    await manager.streams.add({ name: 'FULL', subjects: ['full'], max_bytes: 16 * 1024 ** 3 - ORIGINALS.maxBytes / 2 });
    const info = jest.spyOn(manager.streams, 'info');
    await expect(ensureStream(manager, ORIGINALS)).rejects.toThrow(/insufficient storage/);
    expect(info).toHaveBeenCalledTimes(1);
    await manager.streams.delete('FULL');
    await manager.streams.add(add);
    await ensureStream(manager, ORIGINALS);
  });

  it('is told so when it still is not there', async () => {
    await late();
    await manager.streams.delete(EVENTS.name);
    await expect(ensureStream(manager, { ...EVENTS, maxBytes: 64 * 1024 ** 3 })).rejects.toThrow(
      /insufficient storage/,
    );
  });
});
