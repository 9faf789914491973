import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { readIncidents } from '../chaos/suite/ledger/observe.ts';
import { type Ending, FINAL_STATES } from './judge/ending.ts';
import { Load } from './load/load.ts';
import { connected } from './measure/postgres.ts';
import type { Sample } from './measure/sample.ts';
import { Sampler } from './measure/sampler.ts';
import { type Stand, startStand } from './stand.ts';

export interface SoakOptions {
  minutes: number;
  /** Stories a second; undefined: half of what the machine sustains. */
  rate: number | undefined;
  /** Between two samples, in seconds. */
  every: number;
  /** Every so many samples all garbage is collected first. */
  collectEvery: number;
  /** How long saturation is tried, in seconds. */
  calibrate: number;
  /** How long what is under way may take to end, in minutes. */
  settle: number;
  /** NDJSON: a line of what is run, one for each sample, and one of the ending. */
  out: string;
  log(line: string): void;
}

/** A line of the file. */
export type Line =
  | { kind: 'begin'; began: string; minutes: number; rate: number; sustained: number | undefined }
  | ({ kind: 'sample' } & Sample)
  | ({ kind: 'end' } & Ending);

const WARM_UP_STORIES = 100;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const LOOK_EVERY_MS = 2_000;

/** One soak, from an empty system to the end of the last incident. What was seen stands in the file. */
export async function soak(options: SoakOptions): Promise<void> {
  const stand = await startStand();
  // Whoever stops the run stops all that it began.
  const breakOff = () => void stand.stop().finally(() => process.exit(130));
  for (const signal of SIGNALS) process.once(signal, breakOff);
  try {
    await run(stand, options);
  } finally {
    for (const signal of SIGNALS) process.off(signal, breakOff);
    await stand.stop();
  }
}

async function run(stand: Stand, options: SoakOptions): Promise<void> {
  const { minutes, log, out } = options;
  const tell = (line: Line) => appendFile(out, `${JSON.stringify(line)}\n`);
  const client = await connected(stand.postgres.url);
  const load = await Load.start(stand);
  const sustained = options.rate === undefined ? await sustainedBy(load, options) : undefined;
  const rate = options.rate ?? (sustained as number) / 2;
  log(`${rate.toFixed(1)} stories a second for ${minutes} min`);
  await tell({ kind: 'begin', began: new Date().toISOString(), minutes, rate, sustained });
  const began = stand.now();
  const before = load.begun.stories;
  const isOver = new AbortController();
  const sampling = sampled(new Sampler(stand, client), load, stand, began, options, isOver.signal, tell);
  const behind = await load.steadily(rate, minutes * 60);
  isOver.abort();
  await sampling;
  log(
    `${load.begun.stories - before} stories, the sender was ${behind.toFixed(0)} ms late at most; waiting for the ends`,
  );
  const ending = await settled(stand, load, options, began);
  await tell({ kind: 'end', ...ending });
  await load.stop();
  await client.end();
}

/** Stories a second at saturation, after all was warm. */
async function sustainedBy(load: Load, { calibrate, log }: SoakOptions): Promise<number> {
  await load.steadily(10, WARM_UP_STORIES / 10);
  await load.decided(60_000);
  const sustained = await load.saturate(calibrate);
  await load.decided(60_000);
  log(`sustained ${sustained.toFixed(1)} stories a second over ${calibrate} s`);
  return sustained;
}

async function sampled(
  sampler: Sampler,
  load: Load,
  stand: Stand,
  began: number,
  { every, collectEvery, log }: SoakOptions,
  isOver: AbortSignal,
  tell: (line: Line) => Promise<void>,
): Promise<void> {
  for (let n = 0; !isOver.aborted; n += 1) {
    const at = stand.now() - began;
    try {
      await tell({ kind: 'sample', ...(await sampler.sample(at, load.begun.stories, n % collectEvery === 0)) });
    } catch (error) {
      // One that is missing is no trend; a process that is gone is told in the end.
      log(`no sample after ${(at / 1_000).toFixed(0)} s: ${String(error)}`);
    }
    const next = began + (n + 1) * every * 1_000;
    await sleep(Math.max(0, next - stand.now()), undefined, { signal: isOver }).catch(() => undefined);
  }
}

/** Waits until every incident has come to its end, or the time is over. */
async function settled(stand: Stand, load: Load, { settle, log }: SoakOptions, began: number): Promise<Ending> {
  const end = stand.now() + settle * 60_000;
  await load.decided(settle * 60_000);
  for (;;) {
    const ending = await endingOf(stand, load, began);
    const open = Object.entries(ending.states).filter(([state]) => !FINAL_STATES.has(state));
    if (open.length === 0 || stand.now() > end) return ending;
    log(`still open: ${open.map(([state, count]) => `${count} ${state}`).join(', ')}`);
    await sleep(LOOK_EVERY_MS);
  }
}

async function endingOf(stand: Stand, { begun, decisions, visitors, trouble }: Load, began: number): Promise<Ending> {
  const states: Record<string, number> = {};
  for (const { state } of await readIncidents(stand)) states[state] = (states[state] ?? 0) + 1;
  const manager = await stand.bus.jetstream.jetstreamManager();
  const ended = [...stand.services].filter(([, { ended }]) => ended !== undefined);
  return {
    ...{ begun, undecided: decisions.missing, states },
    deadLetters: (await manager.streams.info('PRUNELLA_DLQ')).state.messages,
    deaths: ended.map(([name, service]) => `${name}: ${service.output.slice(-500)}`),
    trouble: [
      ...trouble,
      ...[...visitors.trouble].map(([says, count]) => `${count} times ${says}`),
      ...stand.github.violations,
    ],
    decided: decisions.decided.filter(({ sentAt }) => sentAt >= began),
  };
}
