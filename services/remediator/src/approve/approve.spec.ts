import { Bus, type JsonBucket } from '@prunella/bus';
import type { ActionApproved } from '@prunella/contracts';
import { tally } from '@prunella/policy';
import { startTestNats, type TestServer } from '@prunella/testing';
import fc from 'fast-check';
import { orderFor } from '../order.fixture.ts';
import type { Order } from '../order.ts';
import { Reporter } from '../report.ts';
import { type Answers, type ApproveDeps, expire, hear, overtake } from './approve.ts';

let server: TestServer;
let bus: Bus;
let decisions: JsonBucket<Order>;
let d: ApproveDeps;
const scheduled: Order[] = [];
const lapsed: Order[] = [];
let count = 0;
const AT = '2025-12-31T23:00:00.000Z';

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  decisions = await bus.bucket<Order>('prunella_decisions');
  d = {
    decisions,
    answers: await bus.bucket<Answers>('prunella_answers'),
    clock: { now: () => Date.UTC(2026, 0, 1) },
    reporter: new Reporter(bus, async () => undefined),
    async schedule(order) {
      scheduled.push(order);
    },
    async tellExpired(order) {
      lapsed.push(order);
    },
  };
});

beforeEach(() => {
  scheduled.length = 0;
  lapsed.length = 0;
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
  const { incidentId, action } = order;
  return { incidentId, attempt: 1, action: action.type, approved, by, reason: 'looked at it', at: AT };
}

/** What became of an answer, in a word. */
async function heard(order: Order, approved: boolean, by?: string): Promise<string> {
  return (await hear(answer(order, approved, by), d)).kind;
}

async function lastReport(): Promise<{ status: string; explanation: string }> {
  const stream = await bus.jetstream.streams.get('PRUNELLA');
  const message = await stream.getMessage({ last_by_subj: 'action.executed' });
  return (JSON.parse(new TextDecoder().decode(message?.data)) as { data: { status: string; explanation: string } })
    .data;
}

it('schedules what was approved, with who and why', async () => {
  const order = await asked();
  expect(await heard(order, true)).toBe('approved');
  expect(scheduled).toMatchObject([
    { key: order.key, reasons: [{}, { check: 'approval', says: `Approved by ada at ${AT}: looked at it` }] },
  ]);
});

it('says who rejected it, and does nothing', async () => {
  const order = await asked();
  expect(await heard(order, false)).toBe('rejected');
  expect(scheduled).toEqual([]);
  expect(await lastReport()).toMatchObject({ status: 'rejected', explanation: 'Rejected by ada: looked at it.' });
});

it('counts the first answer only; the same answer again goes on where it was cut off', async () => {
  const order = await asked();
  await hear(answer(order, true), d);
  expect(await heard(order, false, 'bob')).toBe('too-late');
  expect(await heard(order, true)).toBe('approved');
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
  expect(await heard(order, true)).toBe('too-late');
  expect(lapsed.map(({ key }) => key)).toEqual([order.key]);
});

describe('what became needless', () => {
  const by = 'attempt 2 passed without it';

  it('is closed, and an answer after that is too late', async () => {
    const order = await asked();
    expect(await overtake({ incidentId: order.incidentId, attempt: 1, by }, d)).toEqual(order);
    expect(await lastReport()).toMatchObject({
      status: 'superseded',
      explanation: `No answer is needed any more: ${by}.`,
    });
    expect(await hear(answer(order, true), d)).toMatchObject({
      kind: 'too-late',
      says: `Too late: no answer is needed any more: ${by}.`,
    });
    await expire(order, d);
    expect([scheduled, lapsed]).toEqual([[], []]);
  });

  it.each`
    what                    | attempt | changes
    ${'what was answered'}  | ${1}    | ${{}}
    ${'another attempt'}    | ${2}    | ${{}}
    ${'what was not asked'} | ${1}    | ${{ verdict: 'acting' }}
  `('is not $what', async ({ attempt, changes }) => {
    const order = await asked(changes);
    await hear(answer(order, true), d);
    const before = scheduled.length;
    expect(await overtake({ incidentId: order.incidentId, attempt, by }, d)).toBeUndefined();
    expect(scheduled).toHaveLength(before);
  });
});

describe('where two of ada, bob and people in Slack are asked', () => {
  const approvers = { by: ['ada', 'bob', 'slack:*'], quorum: 2 };
  const SLACK = 'slack:cy (U3)';

  it('acts after the second yes, and tells of both', async () => {
    const order = await asked({ approvers });
    expect(await hear(answer(order, true), d)).toMatchObject({ kind: 'waiting', says: 'Approved by ada: 1 of 2.' });
    expect(await heard(order, true, 'ADA')).toBe('waiting');
    expect(scheduled).toEqual([]);
    expect(await heard(order, true, SLACK)).toBe('approved');
    expect(scheduled).toMatchObject([
      {
        explanation: `${order.explanation} Approved by ada: looked at it; ${SLACK}: looked at it.`,
        reasons: [{}, { says: `Approved by ada at ${AT}: looked at it` }, { says: expect.stringContaining(SLACK) }],
      },
    ]);
  });

  it('does not hear who may not answer, and goes on waiting', async () => {
    const order = await asked({ approvers });
    for (const approved of [true, false]) {
      expect(await hear(answer(order, approved, 'eve'), d)).toMatchObject({
        kind: 'not-allowed',
        says: 'eve may not answer this; who may: 2 of ada, bob, slack:*.',
      });
    }
    expect(await heard(order, true, 'ada')).toBe('waiting');
    expect(await heard(order, true, 'bob')).toBe('approved');
  });

  it('does nothing after one no, whoever said yes before or says it later', async () => {
    const order = await asked({ approvers });
    await heard(order, true);
    expect(await heard(order, false, 'bob')).toBe('rejected');
    expect(await heard(order, true, SLACK)).toBe('too-late');
    expect(scheduled).toEqual([]);
    expect(await lastReport()).toMatchObject({ status: 'rejected', explanation: 'Rejected by bob: looked at it.' });
  });

  it('does nothing when the second one does not come in time', async () => {
    const order = await asked({ approvers });
    await heard(order, true);
    await expire(order, d);
    expect(scheduled).toEqual([]);
    expect(lapsed).toMatchObject([
      { explanation: expect.stringMatching(/^Only ada approved, of 2 who were needed, by .*: nothing was done\.$/) },
    ]);
    expect(await heard(order, true)).toBe('too-late');
    expect(await heard(order, true, 'bob')).toBe('too-late');
    expect(scheduled).toEqual([]);
  });

  it('counts both when they come at once', async () => {
    const order = await asked({ approvers });
    const kinds = await Promise.all([heard(order, true, 'ada'), heard(order, true, 'bob'), heard(order, true, 'ada')]);
    expect(kinds).toContain('approved');
    expect(new Set(scheduled.map(({ key }) => key))).toEqual(new Set([order.key]));
  });

  it('goes on where it was cut off, whichever step that was', async () => {
    const order = await asked({ approvers });
    await heard(order, true);
    const broken: ApproveDeps = { ...d, schedule: () => Promise.reject(new Error('killed')) };
    await expect(hear(answer(order, true, 'bob'), broken)).rejects.toThrow('killed');
    expect(await heard(order, true, 'bob')).toBe('approved');
    // The clock that would have let it lapse finds that it was decided, and carries on too.
    await expire(order, d);
    expect(scheduled.map(({ key }) => key)).toEqual([order.key, order.key]);
    expect(lapsed).toEqual([]);
  });
});

it('acts only on enough answers of those who may, in any order, told any number of times, with crashes in between', async () => {
  const who = ['ada', 'bob', 'cy', 'eve', 'slack:ada (U1)', 'slack:dan (U1)'];
  const step = fc.record({ by: fc.constantFrom(...who), approved: fc.boolean(), crash: fc.boolean() });
  const plan = fc.record({
    steps: fc.array(step, { maxLength: 10 }),
    by: fc.subarray(['ada', 'bob', 'slack:*']),
    quorum: fc.integer({ min: 1, max: 3 }),
  });
  const broken: ApproveDeps = { ...d, schedule: () => Promise.reject(new Error('killed')) };
  await fc.assert(
    fc.asyncProperty(plan, async ({ steps, by, quorum }) => {
      scheduled.length = 0;
      const order = await asked({ approvers: { by, quorum } });
      const said: { by: string; approved: boolean; reason: string }[] = [];
      for (const { crash, ...one } of steps) {
        if (crash) await hear(answer(order, one.approved, one.by), broken).catch(() => undefined);
        await hear(answer(order, one.approved, one.by), d);
        said.push({ ...one, reason: '' });
        if (scheduled.length > 0) break;
      }
      expect(scheduled.length > 0).toBe(tally(said, { by, quorum }).kind === 'approved');
    }),
    { numRuns: 40 },
  );
}, 60_000);

it.each`
  what                  | changes                  | approval
  ${'what is acting'}   | ${{ verdict: 'acting' }} | ${{}}
  ${'another action'}   | ${{}}                    | ${{ action: 'rollback' }}
  ${'another incident'} | ${{}}                    | ${{ incidentId: 'inc_nobody' }}
  ${'another attempt'}  | ${{}}                    | ${{ attempt: 7 }}
`('an approval of $what does nothing', async ({ changes, approval }) => {
  const order = await asked(changes);
  expect(await hear({ ...answer(order, true), ...approval }, d)).toMatchObject({ kind: 'not-asked' });
  expect(scheduled).toEqual([]);
});
