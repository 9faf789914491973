import { bad, type Finding, note, ok } from '@prunella/core';
import type { StoreHealth } from '@prunella/store';

const DOCS = 'docs/guide/store.md';
/** The oldest that is tested. */
const OLDEST_MAJOR = 14;
/** Waits and outcomes are told by the clock of whoever writes: more than this is seen. */
const CLOCKS_DIFFER_MS = 5_000;
/** Partitions are made 45 days ahead, once a day. */
const LEAST_AHEAD_MS = 10 * 86_400_000;
const NEARLY_ALL_CONNECTIONS = 0.9;

/** Pure. @param now our clock when Postgres was asked, ms since the epoch. */
export function postgresFindings(
  health: StoreHealth,
  now: number,
  kept: { events: string; incidents: string },
): Finding[] {
  return [
    versionFinding(health.version),
    ok(
      'database',
      `${size(health.bytes)}; the largest: ${health.tables
        .slice(0, 3)
        .map(({ name, bytes }) => `${name} ${size(bytes)}`)
        .join(', ')}; events are kept for ${kept.events}, incidents for ${kept.incidents}`,
    ),
    ok('migrations', `${health.migrations} ran, none is missing`),
    health.hasTrigrams
      ? ok('pg_trgm', 'text is searched by an index')
      : note(
          'pg_trgm',
          'the extension is missing: searching text reads all rows',
          'let a superuser run CREATE EXTENSION pg_trgm in this database, and start the auditor again',
          DOCS,
        ),
    partitionFinding(health.partitionsUntil, now),
    clockFinding(health.now - now),
    connectionFinding(health.connections),
  ];
}

function versionFinding(version: string): Finding {
  return Number.parseInt(version, 10) >= OLDEST_MAJOR
    ? ok('PostgreSQL', `version ${version}`)
    : bad('PostgreSQL', `version ${version}`, `update it: ${OLDEST_MAJOR} or newer is needed`, DOCS);
}

function partitionFinding(until: number | undefined, now: number): Finding {
  if (until !== undefined && until - now >= LEAST_AHEAD_MS) {
    return ok('partitions', `made ahead until ${new Date(until).toISOString().slice(0, 10)}`);
  }
  const found = until === undefined ? 'there are none' : `they end on ${new Date(until).toISOString().slice(0, 10)}`;
  return bad('partitions', found, 'look into the log of the auditor: its daily sweep makes them', DOCS);
}

function clockFinding(ahead: number): Finding {
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  return Math.abs(ahead) <= CLOCKS_DIFFER_MS
    ? ok('clock', 'that of Postgres and ours agree')
    : bad(
        'clock',
        `that of Postgres is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ours`,
        'let both machines keep time by NTP',
      );
}

function connectionFinding({ used, most }: StoreHealth['connections']): Finding {
  const found = `${used} of ${most} connections are in use`;
  return used < most * NEARLY_ALL_CONNECTIONS
    ? ok('connections', found)
    : note('connections', found, 'raise max_connections, or put a pooler in between', DOCS);
}

function size(bytes: number): string {
  const mib = bytes / 1024 ** 2;
  return mib < 1_024 ? `${Math.round(mib)} MiB` : `${(mib / 1_024).toFixed(1)} GiB`;
}
