import { Bus, type JsonBucket } from '@prunella/bus';
import type { ActionType, Outcome, OutcomeObserved } from '@prunella/contracts';
import { hearOfWait, Recoveries } from '@prunella/decision';
import type { Recovery } from '@prunella/policy';
import { startTestNats, type TestServer } from '@prunella/testing';
import { begunAt, type Claim, type ClaimResult } from '../act/claims.ts';
import { orderFor } from '../order.fixture.ts';
import type { Order } from '../order.ts';

const MINUTE = 60_000;

let server: TestServer;
let bus: Bus;
let decisions: JsonBucket<Order>;
let claims: JsonBucket<Claim>;
let recoveries: Recoveries;

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  decisions = await bus.bucket('prunella_decisions');
  claims = await bus.bucket('prunella_claims');
  recoveries = new Recoveries(await bus.bucket<Recovery>('prunella_recovery'));
});

afterAll(async () => {
  await bus.close();
  await server.stop();
});

/** A rerun that was carried out so long after it was decided, and what was heard of it. */
async function rerun(
  number: number,
  { platform, waitedMs, outcome, action = 'retry_with_backoff', status = 'executed' }: Rerun,
): Promise<OutcomeObserved> {
  const incidentId = `inc_${platform}${number}`;
  const order = orderFor({ key: `${incidentId}.1`, incidentId, run: { ...orderFor().run, platform } });
  const result: ClaimResult = { status, effect: '', explanation: '', startedAt: waitedMs, finishedAt: waitedMs };
  await decisions.create(order.key, order);
  await claims.create(order.key, { owner: 'spec', leaseUntil: 0, phase: 'done', result });
  const { run, decidedBy, fingerprint, prior } = order;
  const words = { reason: '', evidenceEventIds: [], reverses: '' };
  return { incidentId, run, action, outcome, decidedBy, fingerprint, prior, ...words };
}

interface Rerun {
  platform: string;
  waitedMs: number;
  outcome: Outcome;
  action?: ActionType;
  status?: ClaimResult['status'];
}

async function hear(outcome: OutcomeObserved): Promise<void> {
  await hearOfWait(outcome, { decisions, begunAt: (key) => begunAt(claims, key), recoveries });
}

it('waits longer once short waits were seen to fail and longer ones to heal', async () => {
  for (let number = 0; number < 6; number++) {
    await hear(await rerun(number, { platform: 'ci-a', waitedMs: 4_000, outcome: 'ineffective' }));
    await hear(await rerun(number + 100, { platform: 'ci-a', waitedMs: 3 * MINUTE, outcome: 'healed' }));
  }
  expect(await recoveries.waitFor('network', 'ci-a', 4_000)).toMatchObject({ fromMs: 100_000, toMs: 300_000 });
  expect(await recoveries.waitFor('rate_limit', 'ci-a', 4_000)).toBeUndefined();
  expect(await recoveries.waitFor('network', 'ci-b', 4_000)).toBeUndefined();
});

it('learns from each rerun once, and nothing from what was no rerun or proved nothing', async () => {
  const once = await rerun(1, { platform: 'ci-c', waitedMs: 4_000, outcome: 'ineffective' });
  for (let again = 0; again < 9; again++) await hear(once);
  const others = { platform: 'ci-c', waitedMs: 4_000 };
  for (let number = 10; number < 19; number++) {
    await hear(await rerun(number, { ...others, outcome: 'inconclusive' }));
    await hear(await rerun(number + 20, { ...others, outcome: 'ineffective', action: 'rollback' }));
    await hear(await rerun(number + 40, { ...others, outcome: 'ineffective', status: 'superseded' }));
  }
  expect(await recoveries.waitFor('network', 'ci-c', 4_000)).toBeUndefined();
});
