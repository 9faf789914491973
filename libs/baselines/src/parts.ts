import { type Baseline, emptyBaseline, type Kind, learn, type Memory, type Observation, offScale } from './baseline.ts';
import { type Judgement, judge, type Sensitivity } from './judge.ts';
import { noSeasons } from './seasons.ts';
import { median } from './stats.ts';

/** A shorter memory than that of a whole run, and no seasons: there are many parts of one thing. */
export const BY_PART: Memory = { level: 12, errors: 24, newLevelAfter: 6 };

/** Durations of steps and tests, in seconds. */
export const PART: Kind = { scale: 'log', floor: 0.1, sides: 'high', memory: BY_PART };

/** What is known of one part, about 450 bytes of JSON. */
interface Part extends Omit<Baseline, keyof typeof noSeasons | 'v'> {
  /** When it was seen last, in ms since the epoch. */
  last: number;
}

/**
 * What is usual for the parts of one thing: the steps of a job, the tests of a report. It is one value of bounded size, however many parts there are and however long
 * it is kept: those that take longest stay.
 */
export interface Parts {
  v: 1;
  /** By a key that the caller chooses. */
  parts: Readonly<Record<string, Part>>;
}

export const noParts: Parts = { v: 1, parts: {} };

/** What a part took, in seconds. */
export interface PartObservation extends Observation {
  key: string;
}

const DAY_MS = 86_400_000;
/** What was not seen for so long is gone. */
const GONE_AFTER_MS = 14 * DAY_MS;
/** What was seen so often comes back. */
const OFTEN = 5;

/** undefined: too little is known to say anything. */
export function judgePart(
  { parts }: Parts,
  { key, ...observation }: PartObservation,
  sensitivity: Sensitivity,
): Judgement | undefined {
  const part = own(parts, key);
  return part && judge(unpacked(part), observation, PART, sensitivity);
}

/** Whether a part is among those that are kept. */
export function isKnown({ parts }: Parts, key: string): boolean {
  return own(parts, key) !== undefined;
}

/**
 * What is known once these were seen, too. Of more parts than `most` those go first that were not seen for two weeks, then those that take the least time: a new one
 * has to take longer than what it takes the place of usually does. The same values in the same order give the same.
 *
 * @param observed each part once.
 */
export function learnParts(known: Parts, observed: readonly PartObservation[], most: number): Parts {
  const parts = new Map(Object.entries(known.parts));
  const longestFirst = observed.toSorted((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1));
  const [before, fresh] = [
    longestFirst.filter(({ key }) => parts.has(key)),
    longestFirst.filter(({ key }) => !parts.has(key)),
  ];
  for (const { key, ...observation } of before) {
    parts.set(key, packed(learn(unpacked(parts.get(key) as Part), observation, PART), observation.at));
  }
  for (const { key, ...observation } of fresh) {
    if (parts.size >= most) {
      const gone = leaving(parts, observation, most);
      if (gone === undefined) break;
      parts.delete(gone);
    }
    parts.set(key, packed(learn(emptyBaseline, observation, PART), observation.at));
  }
  return { v: 1, parts: Object.fromEntries(parts) };
}

/**
 * The part that makes room for one that took so long; undefined: none does. Those that were seen a few times only are in each other's way first, and take at most a quarter of
 * the room: what is called otherwise in each run drives out nothing that comes back.
 */
function leaving(parts: ReadonlyMap<string, Part>, { value, at }: Observation, most: number): string | undefined {
  const all = [...parts].map(([key, part]) => ({ key, usual: usualOf(part), unseenMs: at - part.last, n: part.n }));
  const oldest = all.reduce((a, b) => (b.unseenMs > a.unseenMs ? b : a));
  if (oldest.unseenMs > GONE_AFTER_MS) return oldest.key;
  const fresh = all.filter(({ n }) => n < OFTEN);
  const rivals = fresh.length >= most / 4 ? fresh : all;
  const shortest = rivals.reduce((a, b) => (b.usual < a.usual ? b : a));
  if (shortest.usual < value) return shortest.key;
  const unseen = fresh.find(({ unseenMs }) => unseenMs > DAY_MS);
  return unseen?.key;
}

function usualOf({ values }: Part): number {
  return offScale(median(values), PART);
}

function packed({ n, values, errors, tail }: Baseline, last: number): Part {
  return { n, values, errors, tail, last };
}

function unpacked({ last: _, ...part }: Part): Baseline {
  return { ...part, v: 1, ...noSeasons };
}

/** Keys are what others chose. */
function own(parts: Parts['parts'], key: string): Part | undefined {
  return Object.hasOwn(parts, key) ? parts[key] : undefined;
}
