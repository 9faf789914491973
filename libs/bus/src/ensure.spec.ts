import { jest } from '@jest/globals';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startTestNats, type TestServer } from '@prunella/testing';
import { Bus } from './bus.ts';
import { ensureStream } from './ensure.ts';
import { EVENTS } from './topology.ts';

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

  it('is told so when it still is not there', async () => {
    await late();
    await manager.streams.delete(EVENTS.name);
    await expect(ensureStream(manager, { ...EVENTS, maxBytes: 64 * 1024 ** 3 })).rejects.toThrow(
      /insufficient storage/,
    );
  });
});
