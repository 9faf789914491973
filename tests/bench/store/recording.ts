import { Bus } from '@prunella/bus';
import { Store } from '@prunella/store';
import { startServiceProcess } from '@prunella/testing';
import { healedRun } from '../../support/healed-run.ts';

/** How fast an auditor takes in what waits on the stream, beside what Postgres does with the same rows and nothing else. */
export interface Recording {
  events: number;
  eventsPerSecond: number;
  /** Into a table of the same columns with one index. */
  copiedPerSecond: number;
}

const STORIES = 4_000;
const AT_ONCE = 64;
const PATIENCE_MS = 600_000;

/** Publishes events of failures that are healed, and measures how long a fresh auditor needs for them. */
export async function recordingRate(databaseUrl: string, natsUrl: string): Promise<Recording> {
  const name = `bench-${Date.now()}`;
  const bus = await Bus.connect({ servers: natsUrl, name: 'bench' });
  const store = await Store.open({ url: databaseUrl, name: 'bench', timeLimitMs: 600_000 });
  try {
    await bus.ensureConsumer('auditor-events');
    const events = Array.from({ length: STORIES }, (_, n) => healedRun(`${name}-${n}`, 'bench')).flat();
    for (let at = 0; at < events.length; at += AT_ONCE) {
      await Promise.all(events.slice(at, at + AT_ONCE).map(({ subject, ...event }) => bus.publish(subject, event)));
    }
    const auditor = await startServiceProcess('auditor', {
      NATS_URL: natsUrl,
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: 'warn',
    });
    const seconds = await untilAllAreHandled(bus, events.length, () => auditor.output).finally(() => auditor.stop());
    const recorded = await count(store, name);
    if (recorded !== events.length) throw new Error(`expected ${events.length} events recorded, found ${recorded}`);
    return {
      events: events.length,
      eventsPerSecond: Math.round(events.length / seconds),
      copiedPerSecond: Math.round(events.length / (await copySeconds(store, name))),
    };
  } finally {
    await store.close();
    await bus.close();
  }
}

/** Asks the stream, which costs Postgres nothing. @returns the seconds that all of them take, by how long those took that were left when it began. */
async function untilAllAreHandled(bus: Bus, events: number, output: () => string): Promise<number> {
  const manager = await bus.jetstream.jetstreamManager();
  const started = performance.now();
  let begun: { at: number; left: number } | undefined;
  for (;;) {
    const { num_pending: waiting, num_ack_pending: inWork } = await manager.consumers.info(
      'PRUNELLA',
      'auditor-events',
    );
    const left = waiting + inWork;
    const at = performance.now();
    if (begun === undefined && left < events) begun = { at, left };
    if (begun !== undefined && left === 0) return ((at - begun.at) / 1_000) * (events / Math.max(begun.left, 1));
    if (at - started > PATIENCE_MS) throw new Error(`not recorded within ${PATIENCE_MS} ms:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function count(store: Store, name: string): Promise<number> {
  const [row] = await store.read((manager) =>
    manager.query<{ count: number }[]>(
      // The outcome is the auditor's own.
      `SELECT count(*)::int AS count FROM events WHERE time > now() - interval '1 hour' AND event_id LIKE $1 AND source = 'bench'`,
      [`${name}%`],
    ),
  );
  return row?.count ?? 0;
}

async function copySeconds(store: Store, name: string): Promise<number> {
  return await store.transaction(async (transaction) => {
    await transaction.query('CREATE TABLE bench_plain (LIKE events, PRIMARY KEY (id))');
    await transaction.query(
      `CREATE TEMPORARY TABLE bench_rows ON COMMIT DROP AS
       SELECT * FROM events WHERE time > now() - interval '1 hour' AND event_id LIKE $1 AND source = 'bench'`,
      [`${name}%`],
    );
    const begun = performance.now();
    await transaction.query('INSERT INTO bench_plain SELECT * FROM bench_rows');
    const seconds = (performance.now() - begun) / 1_000;
    await transaction.query('DROP TABLE bench_plain');
    return seconds;
  });
}
