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
  const { events, seconds } = await recordStories({ databaseUrl, natsUrl, name, stories: STORIES });
  const store = await Store.open({ url: databaseUrl, name: 'bench', timeLimitMs: 600_000 });
  try {
    const recorded = await count(store, name);
    if (recorded !== events) throw new Error(`expected ${events} events recorded, found ${recorded}`);
    return {
      events,
      eventsPerSecond: Math.round(events / seconds),
      copiedPerSecond: Math.round(events / (await copySeconds(store, name))),
    };
  } finally {
    await store.close();
  }
}

export interface Stories {
  databaseUrl: string;
  natsUrl: string;
  /** Begins their ids. */
  name: string;
  stories: number;
  /** Processor time in ms that was used up to now, by the auditor with this pid and whoever else counts. */
  used?: (auditor: number) => Promise<Record<string, number>>;
}

export interface Recorded {
  events: number;
  /** For all of them, the auditor's start left out. */
  seconds: number;
  /** What `used` grew by in those seconds. */
  cpuMs: Record<string, number>;
}

/** Has a fresh auditor record what waits on the stream. */
export async function recordStories({ databaseUrl, natsUrl, name, stories, used }: Stories): Promise<Recorded> {
  const bus = await Bus.connect({ servers: natsUrl, name: 'bench' });
  try {
    await bus.ensureConsumer('auditor-events');
    const events = Array.from({ length: stories }, (_, n) => healedRun(`${name}-${n}`, 'bench')).flat();
    for (let at = 0; at < events.length; at += AT_ONCE) {
      await Promise.all(events.slice(at, at + AT_ONCE).map(({ subject, ...event }) => bus.publish(subject, event)));
    }
    const auditor = await startServiceProcess('auditor', {
      NATS_URL: natsUrl,
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: 'warn',
    });
    const ask = async () => (await used?.(auditor.pid)) ?? {};
    const taken = untilAllAreHandled(bus, events.length, () => auditor.output, ask);
    return { events: events.length, ...(await taken.finally(() => auditor.stop())) };
  } finally {
    await bus.close();
  }
}

/** Asks the stream, which costs Postgres nothing. @returns what all of them take, by what those took that were left when it began. */
async function untilAllAreHandled(
  bus: Bus,
  events: number,
  output: () => string,
  used: () => Promise<Record<string, number>>,
): Promise<Omit<Recorded, 'events'>> {
  const manager = await bus.jetstream.jetstreamManager();
  const started = performance.now();
  let begun: { at: number; left: number; used: Record<string, number> } | undefined;
  for (;;) {
    const { num_pending: waiting, num_ack_pending: inWork } = await manager.consumers.info(
      'PRUNELLA',
      'auditor-events',
    );
    const left = waiting + inWork;
    const at = performance.now();
    if (begun === undefined && left < events) begun = { at, left, used: await used() };
    if (begun !== undefined && left === 0) {
      const [all, before] = [events / Math.max(begun.left, 1), begun.used];
      const grown = Object.entries(await used()).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) * all]);
      return { seconds: ((at - begun.at) / 1_000) * all, cpuMs: Object.fromEntries(grown) };
    }
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
