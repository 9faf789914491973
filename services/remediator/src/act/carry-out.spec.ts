import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, type JsonBucket } from '@prunella/bus';
import { type Clock, ProviderError, type ProviderProblem } from '@prunella/core';
import { startTestNats, type TestServer } from '@prunella/testing';
import type { ActionPlugin, Look } from '../actions/action.ts';
import { orderFor } from '../order.fixture.ts';
import { type CarryOutDeps, carryOut } from './carry-out.ts';
import { acquire, type Claim } from './claims.ts';

let server: TestServer;
let bus: Bus;
let claims: JsonBucket<Claim>;
let time = Date.UTC(2026, 0, 1);
const clock: Clock = { now: () => time };
const HOUR = 3_600_000;

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  claims = await bus.bucket<Claim>('prunella_claims');
});

afterAll(async () => {
  await bus.close();
  await server.stop();
});

function as(owner: string): CarryOutDeps {
  return { claims, clock, owner, forbids: () => undefined };
}

/** A platform that counts its effects and shows them when it is looked at. */
function platform(
  script: { look?: Look; problem?: ProviderProblem; effectBeforeProblem?: boolean; dieInCall?: boolean } = {},
) {
  const state = { effects: 0, looks: 0, script };
  const plugin: ActionPlugin = {
    types: ['retry'],
    settleMs: 5_000,
    unsupported: () => undefined,
    async look(_order, actingSince) {
      state.looks += 1;
      if (state.effects > 0)
        return actingSince === undefined
          ? { kind: 'superseded', reason: 'somebody else' }
          : { kind: 'done', effect: { says: 'reran' } };
      return state.script.look ?? { kind: 'ready' };
    },
    async execute() {
      const { problem, effectBeforeProblem, dieInCall } = state.script;
      if (problem === undefined || effectBeforeProblem) state.effects += 1;
      if (dieInCall) return await new Promise<never>(() => undefined);
      if (problem !== undefined) throw new ProviderError('fake', problem, 'as told', { retryAfterMs: 60_000 });
      return { says: 'reran' };
    },
  };
  return { plugin, state };
}

let orders = 0;
const order = () => orderFor({ key: `inc_${++orders}.1` });

describe('carryOut', () => {
  it('acts once, and says the same when it is called again', async () => {
    const { plugin, state } = platform();
    const it = order();
    const first = await carryOut(it, plugin, time + HOUR, as('a'));
    const again = await carryOut(it, plugin, time + HOUR, as('b'));
    expect(first).toMatchObject({ kind: 'done', result: { status: 'executed', effect: 'reran' } });
    expect(again).toEqual(first);
    expect(state.effects).toBe(1);
  });

  it('acts once when many replicas are at it together', async () => {
    const { plugin, state } = platform();
    const it = order();
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map((owner) => carryOut(it, plugin, time + HOUR, as(owner))),
    );
    expect(state.effects).toBe(1);
    expect(results.filter((result) => result.kind === 'done').length).toBeGreaterThanOrEqual(1);
  });

  it('sees its own effect after a crash in the middle of the call', async () => {
    const { plugin, state } = platform({ dieInCall: true });
    const it = order();
    void carryOut(it, plugin, time + HOUR, as('dead'));
    while (state.effects === 0) await sleep(5);

    expect(await carryOut(it, plugin, time + HOUR, as('next'))).toMatchObject({ kind: 'again' });
    time += 11_000; // the dead one's lease is over
    state.script = {};
    const after = await carryOut(it, plugin, time + HOUR, as('next'));
    expect(after).toMatchObject({ kind: 'done', result: { status: 'executed', effect: 'reran' } });
    expect(state.effects).toBe(1);
  });

  it('does not trust a look right after a call that was cut off', async () => {
    const it = order();
    await claims.put(it.key, { owner: 'dead', leaseUntil: 0, phase: 'acting', actingSince: time - 1_000 });
    const { plugin, state } = platform();
    expect(await carryOut(it, plugin, time + HOUR, as('next'))).toEqual({ kind: 'again', atMs: time + 4_000 });
    expect(state.looks).toBe(0);
    time += 5_000;
    expect(await carryOut(it, plugin, time + HOUR, as('next'))).toMatchObject({ kind: 'done' });
    expect(state.effects).toBe(1);
  });

  it('looks again after an answer that got lost, and does not act twice', async () => {
    const { plugin, state } = platform({ problem: 'unavailable', effectBeforeProblem: true });
    const it = order();
    expect(await carryOut(it, plugin, time + HOUR, as('a'))).toEqual({ kind: 'again', atMs: time + 60_000 });
    time += 60_000;
    expect(await carryOut(it, plugin, time + HOUR, as('a'))).toMatchObject({
      kind: 'done',
      result: { status: 'executed' },
    });
    expect(state.effects).toBe(1);
  });

  it('takes a no after a lost answer for what it may be: the doing of its own first call', async () => {
    const { plugin, state } = platform({ problem: 'unavailable', effectBeforeProblem: false });
    const it = order();
    await carryOut(it, plugin, time + HOUR, as('a'));
    time += 60_000;
    state.script = { problem: 'refused' };
    expect(await carryOut(it, plugin, time + HOUR, as('a'))).toMatchObject({ kind: 'again' });
  });

  it.each`
    problem              | expected
    ${'rate-limited'}    | ${{ kind: 'again' }}
    ${'unavailable'}     | ${{ kind: 'again' }}
    ${'forbidden'}       | ${{ kind: 'done', result: { status: 'failed' } }}
    ${'unauthenticated'} | ${{ kind: 'done', result: { status: 'failed' } }}
    ${'not-found'}       | ${{ kind: 'done', result: { status: 'failed' } }}
    ${'refused'}         | ${{ kind: 'done', result: { status: 'failed' } }}
  `('$problem: $expected', async ({ problem, expected }) => {
    const { plugin } = platform({ problem });
    expect(await carryOut(order(), plugin, time + HOUR, as('a'))).toMatchObject(expected);
  });

  it('does nothing when the world moved on, and says what was seen', async () => {
    const { plugin, state } = platform({ look: { kind: 'superseded', reason: 'branch moved' } });
    const result = await carryOut(order(), plugin, time + HOUR, as('a'));
    expect(result).toMatchObject({
      kind: 'done',
      result: { status: 'superseded', explanation: 'Nothing was done: branch moved.' },
    });
    expect(state.effects).toBe(0);
  });

  it('waits while it is not the time, and gives up in the end', async () => {
    const { plugin } = platform({ look: { kind: 'later', afterMs: 15_000, reason: 'attempt 1 is still in_progress' } });
    const it = order();
    expect(await carryOut(it, plugin, time + HOUR, as('a'))).toEqual({ kind: 'again', atMs: time + 15_000 });
    expect(await carryOut(it, plugin, time + 10_000, as('a'))).toMatchObject({
      kind: 'done',
      result: { status: 'failed', explanation: 'Given up: attempt 1 is still in_progress.' },
    });
  });
});

describe('acquire', () => {
  it('takes a lease away only when it is over, and the loser notices before it acts', async () => {
    const key = order().key;
    const mine = await acquire(claims, key, 'a', clock);
    if (mine.kind !== 'mine') throw new Error('expected the lease');
    expect(await acquire(claims, key, 'b', clock)).toMatchObject({ kind: 'busy' });
    time += 11_000;
    expect(await acquire(claims, key, 'b', clock)).toMatchObject({ kind: 'mine' });
    await expect(mine.lease.beginActing()).rejects.toThrow(/taken over/);
    expect(mine.lease.signal.aborted).toBe(true);
  });
});
