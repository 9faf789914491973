import pg from 'pg';
import { DataSource } from 'typeorm';
import { Ledger1761955200000 } from './migrations/1761955200000-ledger.ts';
import { Coverage1795392000000 } from './migrations/1795392000000-coverage.ts';
import { Outcomes1795651200000 } from './migrations/1795651200000-outcomes.ts';
import { Quarantine1795849200000 } from './migrations/1795849200000-quarantine.ts';
import { TestHistory1795860000000 } from './migrations/1795860000000-test-history.ts';
import { Joins1795939200000 } from './migrations/1795939200000-joins.ts';
import { Partitions1796000000000 } from './migrations/1796000000000-partitions.ts';
import { Scale1796000100000 } from './migrations/1796000100000-scale.ts';
import { History1796000200000 } from './migrations/1796000200000-history.ts';
import { Learning1796100000000 } from './migrations/1796100000000-learning.ts';
import { Healings1796200000000 } from './migrations/1796200000000-healings.ts';
import { ApiChanges1796300000000 } from './migrations/1796300000000-api-changes.ts';
import { Backtests1796400000000 } from './migrations/1796400000000-backtests.ts';
import { Decisions1796410000000 } from './migrations/1796410000000-decisions.ts';
import { HealingConfidence1796412000000 } from './migrations/1796412000000-healing-confidence.ts';
import { Alike1796450000000 } from './migrations/1796450000000-alike.ts';
import { Dependencies1796500000000 } from './migrations/1796500000000-dependencies.ts';
import { PartitionUpkeep1796600000000 } from './migrations/1796600000000-partition-upkeep.ts';
import { ConfidenceRow } from './tables/confidence.ts';
import { EventRow } from './tables/event.ts';
import { IncidentRow } from './tables/incident.ts';
import { OutboxRow } from './tables/outbox.ts';
import { QuarantineRow } from './tables/quarantine.ts';

export interface StoreOptions {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /**
   * The same database as the role that owns the tables: that brings them up to date and gives the role of `url` what it needs. Default: `url`, whose role
   * then owns them; where they are up to date it need not.
   */
  migrationUrl?: string;
  /** Shown by Postgres' own tools. */
  name: string;
  /** How long to wait for a server that is not there yet, before `open` throws. Default 30 s. */
  patienceMs?: number;
  /** Most connections. Default 10. */
  connections?: number;
  /** How long a statement may take, in ms. Default 30 s. */
  timeLimitMs?: number;
}

/** Our tables at an address, not connected yet. @param options `timeLimitMs` 0: none. */
export function dataSource({ url, name, connections = 10, timeLimitMs = 30_000 }: StoreOptions): DataSource {
  // The server is to speak first.
  const limits = timeLimitMs > 0 ? { query_timeout: 2 * timeLimitMs, statement_timeout: timeLimitMs } : {};
  return new DataSource({
    type: 'postgres',
    // Otherwise it is asked for by name at run time, and no bundle or image would have it.
    driver: pg,
    url,
    applicationName: `prunella-${name}`,
    entities: [EventRow, IncidentRow, ConfidenceRow, OutboxRow, QuarantineRow],
    migrations: [
      Ledger1761955200000,
      Coverage1795392000000,
      Outcomes1795651200000,
      Quarantine1795849200000,
      TestHistory1795860000000,
      Joins1795939200000,
      Partitions1796000000000,
      Scale1796000100000,
      History1796000200000,
      Learning1796100000000,
      Healings1796200000000,
      ApiChanges1796300000000,
      Backtests1796400000000,
      Decisions1796410000000,
      HealingConfidence1796412000000,
      Alike1796450000000,
      Dependencies1796500000000,
      PartitionUpkeep1796600000000,
    ],
    synchronize: false,
    logging: false,
    connectTimeoutMS: 5_000,
    // A lost idle connection is replaced at its next use; the statement that needs it says so.
    poolErrorHandler: () => undefined,
    // To compile a statement over many partitions takes longer than to run it.
    extra: { max: connections, keepAlive: true, options: '-c jit=off', ...limits },
  });
}

/** Host, port and database of an address; no password. */
export function addressOf(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL (which is no URL)';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
