import { parseData } from '@prunella/contracts';
import { Store } from '@prunella/store';
import { Running } from '../../test/running.ts';
import { eventually } from '../../test/story.ts';

let running: Running;
let store: Store;

beforeAll(async () => {
  running = await Running.start();
  await running.auditor();
  store = await Store.open({ name: 'spec', url: running.postgres.url });
}, 60_000);

afterAll(async () => {
  await store?.close();
  await running.stop();
});

it('records what became of dependencies, each change once', async () => {
  const data = parseData('dependency.changed', {
    ...{ name: 'images', kind: 'registry', state: 'down', before: 'up', since: '2026-11-28T07:00:00Z' },
    ...{ reason: '3 probes in a row failed', evidence: [], incidentIds: [] },
  });
  const event = { id: 'dependency/images/down/1', source: 'prunella/detector', time: '2026-11-28T07:00:00Z', data };
  await running.bus.publish('dependency.changed', event);
  await running.bus.publish('dependency.changed', event);
  await eventually(async () => {
    const rows = await store.transaction((transaction) =>
      transaction.query<unknown[]>(
        `SELECT incident_id, event_id, data->>'state' AS state FROM events WHERE subject = $1`,
        ['dependency.changed'],
      ),
    );
    expect(rows).toEqual([{ incident_id: null, event_id: 'dependency/images/down/1', state: 'down' }]);
  });
});
