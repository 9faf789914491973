import { afterTimedProbe, type Dependency, type DependencyRecord, parsePolicy } from '@prunella/policy';
import type { Incident } from '../ledger/incident.ts';
import { listDependencies } from './list-dependencies.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const declared = parsePolicy(`version: 1
dependencies:
  - { name: cache, kind: tcp, host: cache.example, port: 6379 }
  - name: images
    kind: registry
    url: https://registry.example
    downAfter: 1
    neededBy: [{ match: { repository: acme/**, branch: [main, release/*] }, steps: [e2e] }]
`).dependencies;
const [, images] = declared as [Dependency, Dependency];
const failed = afterTimedProbe(
  undefined,
  images,
  { kind: 'failed', says: 'HTTP 503' },
  { now: NOW - 1_000, tookMs: 12 },
);

const incident = (id: string, reason: string) => ({ id, name: 'ci', repository: 'acme/shop', reason }) as Incident;
const list = (records: DependencyRecord[], scheduled: Incident[] = []) =>
  listDependencies({ declared, records, scheduled, changes: [] }, NOW).items;

it('those that are down come first, with all that is known of them', () => {
  const [first, second] = list(
    [failed],
    [
      incident('inc_1', 'images (registry.example:443) is down: HTTP 503'),
      incident('inc_2', 'images are scarce'),
      incident('inc_3', 'images-2 (other.example:443) is down: HTTP 503'),
    ],
  );
  expect(first).toMatchObject({
    name: 'images',
    address: 'registry.example:443',
    state: 'down',
    reason: 'HTTP 503',
    lastProbe: { result: 'failed', says: 'HTTP 503', tookMs: 12 },
    waiting: [{ id: 'inc_1' }],
    waitingCount: 1,
    usedBy: [{ match: 'repository acme/**, branch main or release/*', steps: ['e2e'] }],
  });
  expect(second).toMatchObject({ name: 'cache', state: 'unknown', since: null, lastProbe: null, waiting: [] });
});

it('tells of what only the detector declares', () => {
  const foreign = { ...failed, name: 'db', of: 'tcp db.example:5432' };
  expect(list([foreign])).toContainEqual(
    expect.objectContaining({ name: 'db', kind: 'tcp', address: 'db.example:5432', declared: false, usedBy: [] }),
  );
});
