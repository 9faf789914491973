import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Lines of a log that explain the failure, by people: from 1, both ends included. */
export type LineRange = readonly [from: number, to: number];

/** A failed job's log with what is known about it. */
export interface Item {
  set: string;
  id: string;
  project: string;
  /** Undefined: nobody said. */
  cause: string | undefined;
  /** The label and what else counts as right. */
  acceptable: ReadonlySet<string>;
  /** Whether a rerun of the same thing is what a person would do; undefined: nobody said. */
  transient: boolean | undefined;
  /** Empty: nobody marked any. */
  explained: readonly LineRange[];
  text(): string;
  /** A log of an earlier successful run of the same job. */
  passed: (() => string) | undefined;
}

/** As the sets in a data folder hold it; each set has more, which is not used here. */
interface RawItem {
  id: string;
  project?: string | null;
  category?: string | null;
  acceptable?: string[];
  log?: string;
  fail?: string;
  passed?: string;
  chunk?: string;
  chunk_first_line?: number;
  match_line?: number;
  error_lines?: { linenumber: number }[];
  groundtruth?: [tag: string, from: number, to: number][];
}

/** Reads every set of a folder: `<set>/items.jsonl[.gz]`, and the logs it names, gzipped or not. */
export function readItems(folder: string): Item[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((set) => readSet(folder, set));
}

function readSet(folder: string, set: string): Item[] {
  const list = ['items.jsonl', 'items.jsonl.gz'].map((name) => join(folder, set, name)).find(existsSync);
  if (list === undefined) return [];
  return unpacked(list)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => itemOf(folder, set, JSON.parse(line) as RawItem));
}

function itemOf(folder: string, set: string, raw: RawItem): Item {
  const place = (path: string) => () => unpacked(join(folder, set, path));
  const text = textOf(raw, place);
  const cause = raw.category ?? undefined;
  return {
    set,
    id: raw.id,
    project: raw.project ?? raw.id,
    cause,
    acceptable: new Set([...(cause === undefined ? [] : [cause]), ...(raw.acceptable ?? [])]),
    transient: transientOf([...(cause === undefined ? [] : [cause]), ...(raw.acceptable ?? [])]),
    explained: explainedOf(raw, text),
    text,
    passed: raw.passed === undefined ? undefined : place(raw.passed),
  };
}

function textOf(raw: RawItem, place: (path: string) => () => string): () => string {
  const path = raw.fail ?? raw.log;
  if (path === undefined) return () => '';
  return /^logs\/[^\n]*\.gz$/.test(path) ? place(path) : () => path;
}

const PASSES_AGAIN: ReadonlySet<string> = new Set([
  'network',
  'service_unavailable',
  'runner_lost',
  'rate_limit',
  'flaky_test',
  'timeout',
]);

/**
 * Only what lies in the platform passes again by itself. What the sets name as an action follows from the cause alone.
 * Nobody said: where the acceptable causes differ in this, and of images that can't be pulled, most of which do not
 * exist while others met a registry that did not answer.
 */
function transientOf(causes: readonly string[]): boolean | undefined {
  const [first] = causes;
  if (first === undefined || causes.includes('image_pull')) return undefined;
  const passes = PASSES_AGAIN.has(first);
  return causes.every((cause) => PASSES_AGAIN.has(cause) === passes) ? passes : undefined;
}

function explainedOf(raw: RawItem, text: () => string): LineRange[] {
  if (raw.groundtruth)
    return lineFeedsOnly(
      raw.groundtruth.filter(([tag]) => tag === 'E'),
      text(),
    );
  if (raw.error_lines) return raw.error_lines.map(({ linenumber }) => [linenumber, linenumber] as const);
  if (raw.match_line) return [[raw.match_line, raw.match_line]];
  if (raw.chunk && raw.chunk_first_line) return [chunkRange(raw.chunk, raw.chunk_first_line, text())];
  return [];
}

/** CiDiff counts a carriage return as a line end, everybody else only line feeds. */
function lineFeedsOnly(ranges: readonly [tag: string, from: number, to: number][], log: string): LineRange[] {
  const lineOf = [0];
  let line = 1;
  for (const [end] of log.matchAll(/\r\n|\r|\n/g)) {
    lineOf.push(line);
    if (end !== '\r') line += 1;
  }
  return ranges.map(([, from, to]) => [lineOf[from] ?? line, lineOf[to] ?? line] as const);
}

/** The chunk's blank lines are not those of the log (`\r\r\n` became two), so the end is where its last words stand. */
function chunkRange(chunk: string, first: number, log: string): LineRange {
  const wanted = chunk.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const lines = log.split('\n');
  let at = first - 1;
  let found = 0;
  for (; found < wanted.length && at < lines.length; at += 1) {
    const line = (lines[at] ?? '').replaceAll('\r', '');
    while (found < wanted.length && line.includes((wanted[found] ?? '').trim())) found += 1;
  }
  const end = found === wanted.length ? at : first - 1 + chunk.split('\n').length;
  return [first, Math.min(end, lines.length)];
}

function unpacked(path: string): string {
  const bytes = readFileSync(path);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
}
