import { UnreachableError } from '@prunella/core';
import { get, Running } from '../test/running.ts';
import { eventually, MINUTE, Story } from '../test/story.ts';

const STORIES = 300;
const begin = Date.now() - 60 * MINUTE;
const stories = Array.from(
  { length: STORIES },
  (_, n) => new Story(`outage-${n}`, { repository: 'octo/outage' }, begin),
);

let running: Running;
beforeAll(async () => {
  running = await Running.start();
}, 60_000);
afterAll(() => running.stop());

describe('Postgres is killed while events come in', () => {
  it('nothing is lost, nothing counts twice, and the API says so until it is back', async () => {
    const service = await running.auditor();
    const publishing = (async () => {
      for (const story of stories) {
        await running.publish(
          ...[story.finished('failure'), story.failed(), story.diagnosed(), story.executed('executed', { at: 12 })],
          story.finished('success', { attempt: 2 }),
        );
      }
    })();
    const isBack = async () => expect(await get(service, '/readyz')).toMatchObject({ status: 200 });
    for (let kill = 1; kill <= 3; kill += 1) {
      // Somewhere in the middle of recording.
      await eventually(async () => {
        const { body } = await get(service, '/metrics');
        const recorded = Number(/^prunella_events_recorded_total\{subject="action.executed"\} (\d+)$/m.exec(body)?.[1]);
        expect(recorded).toBeGreaterThan(kill * 40);
      });
      await running.postgres.kill();
      for (const path of ['/v1/incidents', '/v1/incidents/x', '/v1/confidence', '/v1/reports/effectiveness']) {
        expect(await get(service, path)).toMatchObject({
          status: 503,
          type: expect.stringContaining('application/problem+json'),
          body: {
            title: 'Unavailable',
            status: 503,
            detail: expect.stringContaining('Postgres expected at 127.0.0.1'),
          },
        });
      }
      expect((await get(service, '/readyz')).body.checks.postgres).not.toBe('ok');
      expect((await get(service, '/health')).status).toBe(200);
      await running.postgres.restart();
      await eventually(isBack);
    }
    await publishing;

    await eventually(async () => {
      const healed = await get(service, '/v1/incidents?outcome=healed&state=closed&limit=200');
      expect(healed.body.items).toHaveLength(200);
      const rest = await get(service, `/v1/incidents?outcome=healed&limit=200&cursor=${healed.body.nextCursor}`);
      expect(rest.body.items).toHaveLength(STORIES - 200);
    }, 60_000);
    const { body } = await get(service, '/v1/confidence');
    expect(body.items).toEqual([expect.objectContaining({ healed: STORIES, samples: STORIES })]);
    await eventually(async () => {
      const outcomes = (await running.published('outcome.observed')).map((outcome) => outcome['incidentId']);
      expect(new Set(outcomes).size).toBe(STORIES);
      expect(outcomes).toHaveLength(STORIES);
    });
    const counts = (await running.published('confidence.updated')).map((update) => Number(update['healed']));
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)).toBe(STORIES);
    const page = await get(service, `/v1/incidents/${stories[0]?.incidentId}`);
    expect(page.body.events).toHaveLength(6);
    const dead = await running.bus.jetstream.consumers.get('PRUNELLA_DLQ');
    expect((await dead.info()).num_pending).toBe(0);
  }, 120_000);

  it('is an UnreachableError to those who use the store', async () => {
    const { Store } = await import('@prunella/store');
    const store = await Store.open({ url: running.postgres.url, name: 'test' });
    await running.postgres.kill();
    await expect(store.check()).rejects.toThrow(UnreachableError);
    await expect(store.transaction((tx) => tx.query('SELECT 1'))).rejects.toThrow(UnreachableError);
    await expect(Store.open({ url: running.postgres.url, name: 'test', patienceMs: 0 })).rejects.toThrow(
      UnreachableError,
    );
    await running.postgres.restart();
    await eventually(() => store.check());
    await store.close();
  }, 60_000);
});

describe('an auditor that was away for longer than proofs are waited for', () => {
  it('finds the proof of a heal behind a whole batch of other events', async () => {
    // Those of the tests before: one that reads while this is published may settle it meanwhile, and rightly so.
    for (const service of running.services.splice(0)) await service.close();
    const twoDaysAgo = Date.now() - 48 * 60 * MINUTE;
    const story = new Story('while-away', { repository: 'octo/away' }, twoDaysAgo);
    await running.publish(story.failed(), story.diagnosed(), story.executed('executed', { at: 12 }));
    // A batch holds 500.
    for (let n = 0; n < 1_200; n += 1) {
      await running.publish(new Story(`other-${n}`, { repository: 'octo/others' }, twoDaysAgo).finished('success'));
    }
    await running.publish(story.finished('success', { attempt: 2 }));
    const service = await running.auditor();
    await eventually(async () => {
      const { body } = await get(service, `/v1/incidents/${story.incidentId}`);
      expect(body).toMatchObject({ state: 'closed', outcome: 'healed' });
    });
  }, 60_000);
});
