import type { PipelineFailed } from '@prunella/contracts';
import { type CiReader, type Clock, type JobLog, messageOf, runOf, withSignal } from '@prunella/core';
import { GRACE_MS } from '../gather/grace.ts';
import type { AskedLately } from './asked-lately.ts';
import type { GreenLogs, GreenText, JobKey } from './green-logs.ts';

/** What the failed jobs wrote when they passed. */
export interface EarlierLogs {
  /** By the job's name, the newest first; a job that is missing has none. */
  texts: ReadonlyMap<string, readonly string[]>;
  /** Why some are missing, for people. That a job never passed is no gap. */
  gaps: string[];
}

export interface EarlierLogsDeps {
  green: GreenLogs;
  asked: AskedLately;
  clock: Clock;
}

/** A job whose newest log is older than this is asked for again: what a job usually writes changes over time. */
const FRESH_MS = 7 * 86_400_000;
/** So many jobs of a failure are asked for; the others have their turn at the next failure. */
const MOST_ASKED = 5;
const PER_JOB = { maxBytesPerLog: 2 * 1024 ** 2, maxPerJob: 2 };
/** Where nothing newer was found it is not looked for again for so long, and where the answer was an error. */
const FOUND_NOTHING_MS = 6 * 3_600_000;
const WENT_WRONG_MS = 10 * 60_000;
/** Less than this is not worth beginning. */
const LEAST_MS = 1_000;
/** Characters of all kept texts of one failure; jobs beyond go without. With the bus' concurrency of 8 this bounds the memory. */
const MOST_TEXT = 16 * 1024 ** 2;

/**
 * The logs of earlier successful runs of the jobs that failed: those that are kept; where they are missing or old, the platform is
 * asked. Never throws: a failure is diagnosed without them too.
 *
 * @param longestMs how long the platform may take.
 */
export async function earlierLogs(
  failure: PipelineFailed,
  jobs: readonly JobLog[],
  reader: CiReader,
  longestMs: number,
  d: EarlierLogsDeps,
): Promise<EarlierLogs> {
  const names = [...new Set(jobs.filter(({ log }) => log !== undefined).map(({ name }) => name))];
  const keys = new Map(names.map((name) => [name, keyOf(failure, name)]));
  try {
    const kept = await keptOf(keys, d.green);
    const { fetched, gaps } = await refreshed(failure, reader, longestMs, staleOf(kept, d.clock.now()), d);
    const renewed = await keptOf(new Map([...keys].filter(([name]) => fetched.includes(name))), d.green);
    return { texts: textsOf(new Map([...kept, ...renewed])), gaps };
  } catch (error) {
    return {
      texts: new Map(),
      gaps: [`the kept logs of earlier successful runs could not be read: ${messageOf(error)}`],
    };
  }
}

function keyOf({ repository, pipelineId }: PipelineFailed, job: string): JobKey {
  return { repository, pipeline: pipelineId, job };
}

/** What is kept of each job; one job after the other, so that no more is in memory than may be. */
async function keptOf(keys: ReadonlyMap<string, JobKey>, green: GreenLogs): Promise<Map<string, GreenText[]>> {
  const kept = new Map<string, GreenText[]>();
  let left = MOST_TEXT;
  for (const [name, key] of keys) {
    const ofJob = await green.stored(key);
    left -= ofJob.reduce((length, { text }) => length + text.length, 0);
    kept.set(name, left >= 0 ? ofJob : ofJob.map((log) => ({ ...log, text: '' })));
  }
  return kept;
}

function staleOf(kept: ReadonlyMap<string, readonly GreenText[]>, now: number): string[] {
  return [...kept]
    .filter(([, [newest]]) => newest === undefined || now - newest.storedAt > FRESH_MS)
    .map(([name]) => name);
}

/** Asks the platform for the jobs that were not asked for lately, and keeps what it has. */
async function refreshed(
  failure: PipelineFailed,
  reader: CiReader,
  longestMs: number,
  stale: readonly string[],
  { green, asked, clock }: EarlierLogsDeps,
): Promise<{ fetched: string[]; gaps: string[] }> {
  const memo = (name: string) => JSON.stringify([failure.platform, keyOf(failure, name)]);
  const known = stale.map((name) => asked.find(memo(name), clock.now()));
  const gaps = known.flatMap((found) => found?.gap ?? []);
  const open = stale.filter((_, at) => known[at] === undefined).slice(0, MOST_ASKED);
  if (open.length === 0 || reader.greenLogs === undefined) return { fetched: [], gaps };
  try {
    if (longestMs < LEAST_MS) throw new Error('reading the failed jobs took all the time there is');
    const found = await withSignal(
      { longestMs, graceMs: GRACE_MS },
      async (signal) => await reader.greenLogs?.(runOf(failure), open, { ...PER_JOB, signal }),
    );
    const logs = (found ?? []).filter(({ log }) => log.trim() !== '');
    // the newest last: it is the one that stays longest
    for (const { job, log } of logs.toReversed()) await green.put(keyOf(failure, job), log);
    for (const name of open) asked.remember(memo(name), clock.now() + FOUND_NOTHING_MS);
    return { fetched: [...new Set(logs.map(({ job }) => job))], gaps };
  } catch (error) {
    const reason = messageOf(error);
    const ofJobs = open.map((name) => `${name}: logs of earlier successful runs could not be read: ${reason}`);
    for (const [at, name] of open.entries()) asked.remember(memo(name), clock.now() + WENT_WRONG_MS, ofJobs[at]);
    return { fetched: [], gaps: [...gaps, ...ofJobs] };
  }
}

function textsOf(kept: Iterable<[string, GreenText[]]>): Map<string, string[]> {
  const texts = [...kept].map(([name, ofJob]): [string, string[]] => [
    name,
    ofJob.flatMap(({ text }) => (text === '' ? [] : [text])),
  ]);
  return new Map(texts.filter(([, ofJob]) => ofJob.length > 0));
}
