import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestNats, type TestServer } from '@prunella/testing';
import { until } from '../../../support/until.ts';
import { ShiftedClock } from './shifted.ts';
import { Supervised } from './supervised.ts';

let nats: TestServer;
let one: Supervised;
let clock: ShiftedClock;

beforeAll(async () => {
  nats = await startTestNats();
  clock = new ShiftedClock(join(await mkdtemp(join(tmpdir(), 'prunella-chaos-spec-')), 'clock'));
  const environment = {
    ...{ NATS_URL: nats.url, LOG_LEVEL: 'warn', CHAOS_CLOCK: clock.file },
    NODE_OPTIONS: `--import ${new URL('./shifted-clock.mjs', import.meta.url).href}`,
  };
  one = await Supervised.start({ name: 'diagnoser', service: 'diagnoser', environment, now: () => performance.now() });
}, 60_000);
afterAll(() => nats?.stop());

async function isUpAgain(before: number): Promise<void> {
  const isReady = () =>
    fetch(`${one.url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(async () => one.pid !== before && (await isReady()), 'it was started again');
}

it('shifts its clock, and says so itself', async () => {
  await clock.shift(-20_000);
  await until(async () => (await clock.seen()) === -20_000, 'the process goes by the shifted clock');
  await clock.shift(0);
  await until(async () => (await clock.seen()) === 0, 'the process goes by the true clock');
});

it('takes its own SIGKILL for no death', async () => {
  const before = one.pid;
  const letUp = await one.hold();
  letUp();
  await isUpAgain(before);
  expect(one.deaths).toEqual([]);
});

it("takes anybody else's SIGKILL for one, as the kernel's when memory is short", async () => {
  const before = one.pid;
  process.kill(before, 'SIGKILL');
  await until(() => one.deaths.length > 0, 'the death is written down');
  expect(one.deaths).toEqual([
    { process: 'diagnoser', at: expect.any(Number), how: expect.stringMatching(/^SIGKILL/) },
  ]);
  await isUpAgain(before);
});

it('tells how it ended', async () => {
  expect(await one.stop(30_000)).toEqual({ process: 'diagnoser', afterMs: expect.any(Number), how: 'code 0' });
});
