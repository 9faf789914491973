import { Bus, type JsonBucket } from '@prunella/bus';
import type { ActionApproved } from '@prunella/contracts';
import { startTestNats, type TestServer } from '@prunella/testing';
import { orderFor } from '../order.fixture.ts';
import type { Order } from '../order.ts';
import { Reporter } from '../report.ts';
import { type Answer, type ApproveDeps, expire, hear } from './approve.ts';

let server: TestServer;
let bus: Bus;
let decisions: JsonBucket<Order>;
let d: ApproveDeps;
const scheduled: Order[] = [];
let count = 0;

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  decisions = await bus.bucket<Order>('prunella_decisions');
  d = {
    decisions,
    answers: await bus.bucket<Answer>('prunella_answers'),
    clock: { now: () => Date.UTC(2026, 0, 1) },
    reporter: new Reporter(bus, async () => undefined),
    async schedule(order) {
      scheduled.push(order);
    },
  };
});

beforeEach(() => {
  scheduled.length = 0;
});

afterAll(async () => {
  await bus.close();
  await server.stop();
});

async function asked(changes: Partial<Order> = {}): Promise<Order> {
  const incidentId = `inc_${++count}`;
  const order = orderFor({ key: `${incidentId}.1`, incidentId, verdict: 'asking', ...changes });
  await decisions.put(order.key, order);
  return order;
}

function answer(order: Order, approved: boolean, by = 'ada'): ActionApproved {
  return { incidentId: order.incidentId, attempt: 1, action: order.action.type, approved, by, reason: 'looked at it' };
}

async function lastReport(): Promise<{ status: string; explanation: string }> {
  const stream = await bus.jetstream.streams.get('PRUNELLA');
  const message = await stream.getMessage({ last_by_subj: 'action.executed' });
  return (JSON.parse(new TextDecoder().decode(message?.data)) as { data: { status: string; explanation: string } })
    .data;
}

it('schedules what was approved, with who and why', async () => {
  const order = await asked();
  expect(await hear(answer(order, true), d)).toBe('approved');
  expect(scheduled).toMatchObject([
    { key: order.key, reasons: [{}, { check: 'approval', says: 'Approved by ada: looked at it' }] },
  ]);
});

it('says who rejected it, and does nothing', async () => {
  const order = await asked();
  expect(await hear(answer(order, false), d)).toBe('rejected');
  expect(scheduled).toEqual([]);
  expect(await lastReport()).toMatchObject({ status: 'rejected', explanation: 'Rejected by ada: looked at it.' });
});

it('counts the first answer only; the same answer again goes on where it was cut off', async () => {
  const order = await asked();
  await hear(answer(order, true), d);
  expect(await hear(answer(order, false, 'bob'), d)).toBe('too-late');
  expect(await hear(answer(order, true), d)).toBe('approved');
  expect(scheduled.map(({ key }) => key)).toEqual([order.key, order.key]);
});

it('does nothing when nobody answers, and says so; an answer after that is too late', async () => {
  const order = await asked();
  await expire(order, d);
  expect(scheduled).toEqual([]);
  expect(await lastReport()).toMatchObject({
    status: 'rejected',
    explanation: expect.stringMatching(/^Nobody answered/),
  });
  expect(await hear(answer(order, true), d)).toBe('too-late');
});

it.each`
  what                  | changes                  | approval
  ${'what is acting'}   | ${{ verdict: 'acting' }} | ${{}}
  ${'another action'}   | ${{}}                    | ${{ action: 'rollback' }}
  ${'another incident'} | ${{}}                    | ${{ incidentId: 'inc_nobody' }}
  ${'another attempt'}  | ${{}}                    | ${{ attempt: 7 }}
`('an approval of $what does nothing', async ({ changes, approval }) => {
  const order = await asked(changes);
  expect(await hear({ ...answer(order, true), ...approval }, d)).toBe('not-asked');
  expect(scheduled).toEqual([]);
});
