import type { Failure } from './failure.ts';

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
/** Further words of a line say little and cost the same. */
const MOST_WORDS = 60;
/** Bounds above which a metric is something else, by its name. */
const BOUNDS: Readonly<Record<string, readonly number[]>> = {
  cpu: [0.8, 0.9, 0.95],
  memory: [0.8, 0.9, 0.95],
  error_rate: [0.01, 0.05, 0.1, 0.5],
  latency: [100, 1_000, 5_000, 30_000],
  duration: [0.5, 1.5, 2, 4],
};

/**
 * What a linear model sees of a failure: words, pairs of words and beginnings of words of the lines, those that tell
 * more stronger, then exit code, failed step, conclusion and metrics, each hashed to one of 2 ** bits slots (feature
 * hashing, Weinberger et al., ICML 2009).
 */
export function featuresOf(failure: Failure, bits: number): Sparse {
  const found = new Map<number, number>();
  const add = (name: string, value: number): void => {
    const slot = slotOf(name, bits);
    found.set(slot, Math.max(found.get(slot) ?? 0, value));
  };
  for (const [at, { text }] of failure.lines.entries()) addLine(text, failure.ranks[at] ?? 0, add);
  for (const name of signsOf(failure)) add(name, 1);
  return ofLength(found, LENGTH);
}

function addLine(text: string, rank: number, add: (name: string, value: number) => void): void {
  const value = 1 / Math.sqrt(1 + rank / HALF_RANK);
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
}

/** Words and signs without what differs from run to run: numbers, hashes, folders. */
function wordsOf(text: string): string[] {
  const usual = text
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

/** FNV-1a, then the mixer of MurmurHash3, so that the low bits are good too. */
function slotOf(name: string, bits: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> (32 - bits);
}
