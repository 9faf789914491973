import { jest } from '@jest/globals';
import { type NatsConnectionImpl, RequestOne } from '@nats-io/nats-core/internal';
import { errors } from '@nats-io/transport-node';
import { startTestNats, type TestServer } from '@prunella/testing';
import { Bus } from './bus.ts';

let server: TestServer;
let bus: Bus;

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
});

afterAll(async () => {
  await bus?.close();
  await server?.stop();
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** How many requests the client still waits for. */
const open = () => (bus.nats as NatsConnectionImpl).protocol.muxSubscriptions.size();

it('cancels no request that was answered, and keeps nothing of it', async () => {
  const cancelled = jest.spyOn(RequestOne.prototype, 'cancel');
  const bucket = await bus.bucket<number>('prunella_claims');
  await bucket.put('one', 1);
  expect((await bucket.get('one'))?.value).toBe(1);
  expect([cancelled.mock.calls.length, open()]).toEqual([0, 0]);
});

it('lets requests fail as they did', async () => {
  await expect(bus.nats.request('nobody.listens')).rejects.toThrow(errors.RequestError);
  bus.nats.subscribe('silence');
  await expect(bus.nats.request('silence', '', { timeout: 100 })).rejects.toThrow(errors.TimeoutError);
  expect(open()).toBe(0);
});
