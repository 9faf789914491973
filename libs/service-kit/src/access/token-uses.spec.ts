import { Bus } from '@prunella/bus';
import { startTestNats, type TestServer } from '@prunella/testing';
import { TokenUses } from './token-uses.ts';

const HOUR = 3_600_000;
let server: TestServer;
let bus: Bus;
let now: number;
const clock = { now: () => now };

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
});
beforeEach(() => {
  now = Date.parse('2026-11-28T12:00:00Z');
});
afterAll(async () => {
  await bus?.close();
  await server?.stop();
});

async function revisionOf(key: string): Promise<number | undefined> {
  return (await (await bus.bucket('prunella_token_uses')).get(key))?.revision;
}

it('is written once an hour for each token, whichever replica sees it', async () => {
  const [one, two] = [new TokenUses(bus, clock), new TokenUses(bus, clock)];
  await one.note('a');
  const first = await revisionOf('a');
  now += HOUR - 1;
  await one.note('a');
  await two.note('a');
  expect(await revisionOf('a')).toBe(first);
  now += 1;
  await two.note('a');
  expect(await revisionOf('a')).not.toBe(first);
  expect([...(await one.all())]).toEqual([['a', '2026-11-28T13:00:00.000Z']]);
});

it('is forgotten with its token', async () => {
  const uses = new TokenUses(bus, clock);
  await uses.note('b');
  await uses.forget('b');
  expect((await uses.all()).has('b')).toBe(false);
  await uses.note('b');
  expect((await uses.all()).has('b')).toBe(true);
});
