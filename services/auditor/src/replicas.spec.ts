import { defaultPolicy } from '@prunella/policy';
import { type EventRecord, eventsOfIncidents, incidentsById, type OutboxRow, Store } from '@prunella/store';
import fc from 'fast-check';
import { get, Running } from '../test/running.ts';
import { BEGIN, eventually, MINUTE, recorded, Story, type Told } from '../test/story.ts';
import { audit } from './audit.ts';
import { project } from './ledger/project.ts';
import { publishOutbox } from './ledger/publish-outbox.ts';

const SETTINGS = {
  settleWithinMs: 6 * 60 * MINUTE,
  reverseWithinMs: 6 * 60 * MINUTE,
  source: 'prunella/auditor',
  defaultBranches: ['main'],
  policy: () => defaultPolicy,
  testsKeptMs: 86_400_000,
};
const NOW = BEGIN + 60 * MINUTE;

let running: Running;
let stores: Store[];

beforeAll(async () => {
  running = await Running.start();
  stores = await Promise.all([1, 2, 3].map((n) => Store.open({ url: running.postgres.url, name: `replica-${n}` })));
}, 60_000);
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await running.stop();
});

function tale(name: string): Told[] {
  const story = new Story(name);
  return [
    ...[story.started(), story.finished('failure'), story.failed(), story.diagnosed(), story.executed()],
    ...[story.started({ attempt: 2 }), story.finished('failure', { attempt: 2 }), story.diagnosed({ attempt: 2 })],
    ...[story.executed('executed', { attempt: 2 }), story.finished('success', { attempt: 3 })],
  ];
}

/** Of which attempts outcomes are, in their order, by incident. */
function attemptsOf(outcomes: readonly Record<string, unknown>[]): Record<string, unknown[]> {
  const byIncident = Map.groupBy(
    outcomes as { incidentId: string; run: { attempt: number } }[],
    (one) => one.incidentId,
  );
  return Object.fromEntries([...byIncident].map(([id, some]) => [id, some.map(({ run }) => run.attempt)]));
}

describe('replicas', () => {
  it('tell the same incident whatever batches its events come in, and learn each outcome once', async () => {
    let run = 0;
    let healed = 0;
    const [first] = stores as [Store];
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(2)), fc.infiniteStream(fc.nat(1_000)), async (owners, weights) => {
        run += 1;
        const names = [1, 2, 3].map((n) => `tale-${run}-${n}`);
        const events = recorded(...names.flatMap(tale));
        const shuffled = [...events, ...events]
          .map((event) => ({ event, weight: weights.next().value ?? 0 }))
          .sort((a, b) => a.weight - b.weight)
          .map(({ event }) => event);
        const queues: EventRecord[][] = [[], [], []];
        for (const event of shuffled) queues[owners.next().value ?? 0]?.push(event);
        await Promise.all(
          queues.map(async (queue, n) => {
            for (let at = 0; at < queue.length; at += 4) {
              await audit(stores[n] ?? first, queue.slice(at, at + 4), NOW, SETTINGS);
            }
          }),
        );
        healed += names.length;
        const ids = names.map((name) => new Story(name).incidentId);
        for (const row of await first.read((manager) => incidentsById(manager, ids))) {
          const own = await first.read((manager) => eventsOfIncidents(manager, [row.id]));
          expect(row.document).toEqual(project(own));
          expect(row.document).toMatchObject({ state: 'closed', outcome: 'healed', attempt: 2 });
          expect(own).toHaveLength(12);
        }
        const [confidence] = await first.read((manager) => manager.query('SELECT healed, ineffective FROM confidence'));
        expect(confidence).toEqual({ healed, ineffective: healed });
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it('publish what was decided once and in its order, also after a crash between publishing and forgetting it', async () => {
    const [store, other] = stores as [Store, Store];
    const waiting = await store.read((manager) =>
      manager.query<OutboxRow[]>('SELECT id, subject, payload FROM outbox ORDER BY position'),
    );
    expect(waiting.length).toBeGreaterThan(30);
    for (const { id, subject, payload } of waiting.slice(0, 10)) {
      await running.bus.publish(subject, { id, ...payload });
    }
    const never = () => {
      throw new Error('nothing should be refused');
    };
    await Promise.all([publishOutbox(store, running.bus, never), publishOutbox(other, running.bus, never)]);
    await publishOutbox(store, running.bus, never);
    expect(await store.read((manager) => manager.query('SELECT count(*)::int AS n FROM outbox'))).toEqual([{ n: 0 }]);
    const stream = await running.bus.jetstream.consumers.get('PRUNELLA');
    expect((await stream.info()).num_pending).toBe(waiting.length);
    const decided = waiting.filter(({ subject }) => subject === 'outcome.observed').map(({ payload }) => payload.data);
    expect(attemptsOf(await running.published('outcome.observed'))).toEqual(attemptsOf(decided));
    expect(Object.values(attemptsOf(decided)).some((attempts) => attempts.length > 1)).toBe(true);
  });

  it('settle what nobody proves once, as inconclusive, and learn nothing from it', async () => {
    const rule = { decidedBy: 'rule:unproven' };
    const soon = { PRUNELLA_SETTLE_WITHIN: '1s' };
    const [service] = await Promise.all([running.auditor(soon), running.auditor(soon)]);
    const unproven = Array.from(
      { length: 40 },
      (_, n) => new Story(`unproven-${n}`, { repository: 'octo/unproven' }, Date.now() - 12 * MINUTE),
    );
    await running.publish(
      ...unproven.flatMap((story) => [
        story.failed(rule),
        story.executed('executed', { at: 12, ...rule, action: { type: 'rollback' } }),
      ]),
    );
    await eventually(async () => {
      const { body } = await get(service, '/v1/incidents?repository=octo/unproven&outcome=inconclusive&state=closed');
      expect(body.items).toHaveLength(40);
      expect(body.items[0].outcomeReason).toBe('nothing proved within 1s that rollback helped; no data is not success');
    });
    await eventually(async () => {
      const outcomes = await running.published('outcome.observed');
      const mine = outcomes.filter((outcome) => outcome['decidedBy'] === rule.decidedBy);
      expect(mine.map((outcome) => outcome['incidentId']).sort()).toEqual(
        unproven.map((story) => story.incidentId).sort(),
      );
    });
    const { body } = await get(service, '/v1/confidence');
    expect(body.items.filter((item: { decidedBy: string }) => item.decidedBy === rule.decidedBy)).toEqual([]);
  });
});
