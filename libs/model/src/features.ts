import type { Failure } from './failure.ts';
import { HINTS } from './hints.ts';

/** A vector that is mostly zero: `values[i]` stands at `slots[i]`. */
export interface Sparse {
  /** Different ones, each below 2 ** bits. */
  slots: Int32Array;
  values: Float64Array;
}

/** Length of every vector: how near to each other the classes begin. Chosen on held-out projects. */
const LENGTH = 2;
/** A line of this rank counts 1 / sqrt(2) of the first. */
const HALF_RANK = 8;
/** The very first lines are looked at by themselves too. */
const TOP = 5;
/** Runs of so many characters are looked at, as far into a line as this, and count so much of a word. */
const RUN = 5;
const MOST_RUNS = 120;
const RUN_COUNTS = 0.3;
/** What a tool that every line speaks of counts. */
const HINT_COUNTS = 2;
/** Characters of a line in which tools are looked for. */
const MOST_HINTED = 300;
/** Characters of a line that are looked at. */
const MOST_CHARACTERS = 600;
/** Further words of a line say little and cost the same. */
const MOST_WORDS = 60;
/** Bounds above which a metric is something else, by its name. */
const BOUNDS: Readonly<Record<string, readonly number[]>> = {
  cpu: [0.8, 0.9, 0.95],
  memory: [0.8, 0.9, 0.95],
  error_rate: [0.01, 0.05, 0.1, 0.5],
  latency_ms: [100, 1_000, 5_000, 30_000],
  duration_ratio: [0.5, 1.5, 2, 4],
};

/**
 * What a linear model sees of a failure: words, pairs of words, beginnings of words and runs of characters of the lines,
 * those that tell more stronger, which tools speak, then exit code, failed step, conclusion and metrics, each hashed to
 * one of 2 ** bits slots (feature hashing, Weinberger et al., ICML 2009).
 */
export function featuresOf(failure: Failure, bits: number): Sparse {
  const found = new Map<number, number>();
  const addHash = (hash: number, value: number): void => {
    const slot = mixed(hash) >>> (32 - bits);
    if (value > (found.get(slot) ?? 0)) found.set(slot, value);
  };
  const add: Add = (name, value) => addHash(hashOf(name), value);
  for (const [at, { text }] of failure.lines.entries()) {
    const rank = failure.ranks[at] ?? 0;
    addRuns(addLine(text, rank, add).join(' '), weightOf(rank) * RUN_COUNTS, addHash);
  }
  addHints(failure, add);
  for (const name of signsOf(failure)) add(name, 1);
  return ofLength(found, LENGTH);
}

type Add = (name: string, value: number) => void;

function weightOf(rank: number): number {
  return 1 / Math.sqrt(1 + rank / HALF_RANK);
}

/** Gives the words of the line. */
function addLine(text: string, rank: number, add: Add): string[] {
  const value = weightOf(rank);
  const words = wordsOf(text);
  for (const [at, word] of words.entries()) {
    const next = words[at + 1];
    if (next !== undefined) add(`two ${word} ${next}`, value);
    if (!/[a-z]/.test(word)) continue;
    add(`one ${word}`, value);
    if (rank < TOP) add(`top ${word}`, 1);
    if (word.length > 5) add(`start ${word.slice(0, 5)}`, value * 0.5);
    const parts = word.split(/[-_.']/);
    if (parts.length > 1) for (const part of parts) if (part.length > 2) add(`one ${part}`, value * 0.7);
  }
  addKinds(text.slice(0, MOST_CHARACTERS), value, add);
  return words;
}

/** What every name of a run begins with. */
const RUN_NAME = hashOf('run ');

/** Runs of characters: words that differ in form or spelling are alike in them. */
function addRuns(words: string, value: number, addHash: (hash: number, value: number) => void): void {
  const end = Math.min(words.length, MOST_RUNS) - RUN;
  for (let at = 0; at <= end; at += 1) addHash(hashOf(words, at, at + RUN, RUN_NAME), value);
}

/** What words without case and digits lose: the kind of an error class, a file's ending, HTTP status and exit codes. */
function addKinds(text: string, value: number, add: Add): void {
  for (const [, kind] of text.matchAll(/[a-z](Error|Exception|Failure|Timeout)\b/g)) add(`kind ${kind}`, value);
  for (const [, ending] of text.matchAll(/\.([a-z]{1,5}):\d/g)) add(`ending ${ending}`, value);
  for (const [, number] of text.matchAll(/\b([1-5]\d\d)\b/g)) add(`number ${number}`, value);
}

/** The tools that the lines speak of, by how many of the lines do. */
function addHints({ lines }: Failure, add: Add): void {
  for (const [name, pattern] of HINTS) {
    const count = lines.filter(({ text }) => pattern.test(text.slice(0, MOST_HINTED))).length;
    if (count > 0) add(`hint ${name}`, HINT_COUNTS * Math.sqrt(count / lines.length));
  }
}

/** Words and signs without what differs from run to run: numbers, hashes, folders. */
export function wordsOf(text: string): string[] {
  const usual = text
    .slice(0, MOST_CHARACTERS)
    .toLowerCase()
    .replace(/\/[^\s:'"()]{0,300}\//g, '/')
    .replace(/[0-9a-f]{7,64}/g, '#')
    .replace(/\d+/g, '0');
  return (usual.match(/[a-z0#]+(?:[-_.'][a-z0#]+)*|[^\sa-z0#]/g) ?? []).slice(0, MOST_WORDS);
}

function signsOf({ exitCode, failedStep, conclusion, metrics }: Failure): string[] {
  return [
    ...(exitCode === undefined ? [] : [`exit ${exitCode}`]),
    ...(failedStep === undefined ? [] : wordsOf(failedStep).map((word) => `step ${word}`)),
    ...(conclusion === undefined ? [] : [`conclusion ${conclusion}`]),
    ...Object.entries(BOUNDS).flatMap(([name, bounds]) => {
      const value = metrics[name];
      return value === undefined
        ? []
        : bounds.filter((bound) => value > bound).map((bound) => `${name} above ${bound}`);
    }),
  ];
}

function ofLength(found: ReadonlyMap<number, number>, length: number): Sparse {
  const norm = Math.sqrt([...found.values()].reduce((sum, value) => sum + value * value, 0)) || 1;
  return {
    slots: Int32Array.from(found.keys()),
    values: Float64Array.from(found.values(), (value) => (value * length) / norm),
  };
}

/** The slot of a feature's name, below 2 ** bits. */
export function slotOf(name: string, bits: number): number {
  return mixed(hashOf(name)) >>> (32 - bits);
}

/**
 * FNV-1a (Fowler, Noll, Vo) of a part of a text, by its UTF-16 code units.
 *
 * @param state of what comes before; default: nothing does.
 */
function hashOf(text: string, from = 0, to = text.length, state = 0x811c9dc5): number {
  let hash = state;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** The mixer of MurmurHash3, without which FNV's bits would be poor. */
function mixed(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
