// Measures how fast the API answers from a full store, on a real Postgres and a real auditor:
//   npm run bench:store -- [--incidents 1000000] [--events 10000000] [--calls 100] [--keep FOLDER|postgres://...] [--only TEXT] [--json]
// Each GET route is called one at a time; p95 is to be below 200 ms. `--keep`: where the store is left for the next time, as a folder or an empty database
// of a server that runs; what is there already is measured as it is. `--only`: the calls that hold this text, and no recording.
import { chmod, mkdir } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '@prunella/embedded';
import { makePartitions, Store } from '@prunella/store';
import { SEEDED_DAYS, seedStore, startServiceProcess, startTestNats, startTestPostgres } from '@prunella/testing';
import { callsOf, type Documented } from './calls.ts';
import { type Measured, measure } from './measure.ts';
import { type Recording, recordingRate } from './recording.ts';

const TARGET_MS = 200;
const DAY = 86_400_000;
const { values } = parseArgs({
  options: {
    incidents: { type: 'string', default: '1000000' },
    events: { type: 'string', default: '10000000' },
    calls: { type: 'string', default: '100' },
    keep: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const amounts = { incidents: Number(values.incidents), events: Number(values.events) };
const say = (text: string) => process.stderr.write(`${text}\n`);

const nats = await startTestNats();
const postgres = await database(values.keep);
const { url } = postgres;
try {
  const seconds = await fill(url);
  const auditor = await startServiceProcess('auditor', {
    NATS_URL: nats.url,
    DATABASE_URL: url,
    LOG_LEVEL: 'warn',
    PRUNELLA_INCIDENTS_KEPT: '1000d',
    PRUNELLA_EVENTS_KEPT: '1000d',
  });
  const routes: Measured[] = [];
  const loadBefore = loadavg()[0] ?? 0;
  try {
    const document = (await (await fetch(`${auditor.url}/openapi.json`)).json()) as Documented;
    const { calls, missing } = callsOf(document, amounts.incidents);
    for (const path of missing) say(`${path}: no call is known for this route; add one to tests/bench/store/calls.ts`);
    for (const { route, path } of calls.filter((call) => call.path.includes(values.only ?? ''))) {
      const measured = await measure(`${auditor.url}${path}`, route, path, Number(values.calls));
      routes.push(measured);
      say(lineOf(measured));
    }
    process.exitCode = missing.length > 0 || routes.some(({ p95 }) => p95 >= TARGET_MS) ? 1 : 0;
  } finally {
    await auditor.stop();
  }
  if (values.only === undefined) say('measures recording');
  const recording = values.only === undefined ? await recordingRate(url, nats.url) : undefined;
  const load = { before: loadBefore, after: loadavg()[0] ?? 0, cores: availableParallelism() };
  const result = { ...amounts, fillSeconds: seconds, load, routes, recording };
  if (values.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else process.stdout.write(report(result));
} finally {
  await nats.stop();
  await postgres.stop();
}

/** @param keep a folder, a URL, or undefined: a throw-away one. */
async function database(keep: string | undefined): Promise<{ url: string; stop(): Promise<void> }> {
  if (keep === undefined) return await startTestPostgres();
  if (keep.startsWith('postgres')) return { url: keep, stop: async () => undefined };
  const home = resolve(keep);
  await mkdir(home, { recursive: true });
  // The account that Postgres runs as has to get in.
  await chmod(home, 0o711);
  return await startPostgres({ home, port: 0, durable: false });
}

/** @returns how long it took, in seconds; 0: it was full. */
async function fill(database: string): Promise<number> {
  const store = await Store.open({ url: database, name: 'bench' });
  try {
    const [row] = await store.read((manager) =>
      manager.query<{ full: boolean }[]>('SELECT EXISTS (SELECT FROM incidents) AS full'),
    );
    if (row?.full) return 0;
    const now = Date.now();
    await store.transaction((tx) => makePartitions(tx, 'lasting', { now, since: now - SEEDED_DAYS.incidents * DAY }));
    await store.transaction((tx) => makePartitions(tx, 'passing', { now, since: now - SEEDED_DAYS.events * DAY }));
  } finally {
    await store.close();
  }
  say(`fills ${amounts.incidents} incidents and ${amounts.events} events`);
  const begun = performance.now();
  await seedStore(database, amounts);
  const seconds = Math.round((performance.now() - begun) / 1_000);
  say(`filled in ${seconds} s`);
  return seconds;
}

function lineOf({ path, p50, p95, longest, bytes, status }: Measured): string {
  const ms = (value: number) => `${value.toFixed(1).padStart(8)} ms`;
  return `p50 ${ms(p50)}  p95 ${ms(p95)}  longest ${ms(longest)}  ${String(Math.round(bytes / 1_024)).padStart(5)} KiB  ${status}  ${path}`;
}

function rateOf({ eventsPerSecond, copiedPerSecond }: Recording): string {
  return `${eventsPerSecond} events a second with all that follows; the same rows into a plain table: ${copiedPerSecond}`;
}

function report(result: {
  incidents: number;
  events: number;
  load: { before: number; after: number; cores: number };
  routes: readonly Measured[];
  recording: Recording | undefined;
}): string {
  const { load, routes, recording } = result;
  const slow = routes.filter(({ p95 }) => p95 >= TARGET_MS);
  const busy =
    load.before > load.cores / 2
      ? '; THE MACHINE WAS BUSY with other work, the figures are higher than they would be'
      : '';
  return [
    `${result.incidents} incidents, ${result.events} events`,
    `load before ${load.before.toFixed(1)}, after ${load.after.toFixed(1)}, ${load.cores} cores${busy}`,
    ...routes.map((route) => `  ${lineOf(route)}`),
    ...(recording === undefined ? [] : [`recording: ${rateOf(recording)}`]),
    slow.length === 0
      ? `all below ${TARGET_MS} ms at p95`
      : `${slow.length} of ${routes.length} NOT below ${TARGET_MS} ms at p95`,
    '',
  ].join('\n');
}
