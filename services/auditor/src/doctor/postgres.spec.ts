import type { StoreHealth } from '@prunella/store';
import { accessFindings } from './auditor-doctor.ts';
import { postgresFindings } from './postgres.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const DAY = 86_400_000;
const KEPT = { events: '90d', incidents: '400d' };
const health = (more: Partial<StoreHealth> = {}): StoreHealth => ({
  ...{ version: '16.4 (Debian 16.4-1)', hasTrigrams: true, now: NOW, bytes: 1024 ** 3, migrations: 13 },
  ...{ tables: [{ name: 'events_lasting', bytes: 1024 ** 2 }], partitionsUntil: NOW + 45 * DAY },
  connections: { used: 10, most: 100 },
  ...more,
});

it.each`
  what                     | more                                        | found
  ${'all is well'}         | ${{}}                                       | ${[]}
  ${'it is old'}           | ${{ version: '13.2' }}                      | ${['PostgreSQL: bad']}
  ${'pg_trgm is missing'}  | ${{ hasTrigrams: false }}                   | ${['pg_trgm: note']}
  ${'partitions run out'}  | ${{ partitionsUntil: NOW + 3 * DAY }}       | ${['partitions: bad']}
  ${'there are none'}      | ${{ partitionsUntil: undefined }}           | ${['partitions: bad']}
  ${'its clock is behind'} | ${{ now: NOW - 60_000 }}                    | ${['clock: bad']}
  ${'it has no room'}      | ${{ connections: { used: 95, most: 100 } }} | ${['connections: note']}
`('where $what: $found', ({ more, found }) => {
  const open = postgresFindings(health(more as Partial<StoreHealth>), NOW, KEPT).filter(({ state }) => state !== 'ok');
  expect(open.map(({ name, state }) => `${name}: ${state}`)).toEqual(found);
});

it.each`
  environment                                    | state
  ${{}}                                          | ${'note'}
  ${{ PRUNELLA_API_TOKEN: 'x' }}                 | ${'ok'}
  ${{ OIDC_ISSUER: 'https://id.example/realm' }} | ${'ok'}
`('access with $environment: $state', ({ environment, state }) => {
  expect(accessFindings(environment)[0]?.state).toBe(state);
});
