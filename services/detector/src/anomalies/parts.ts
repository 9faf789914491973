import { judgePart, learnParts, noParts, PART, type Parts, type Sensitivity } from '@prunella/baselines';
import type { JsonBucket } from '@prunella/bus';
import type { Run, SeriesKind } from '@prunella/contracts';
import { type Clock, stableId } from '@prunella/core';
import { type AnomalySettings, isMainBranch, looksAt } from '@prunella/policy';
import { withNewest } from './book.ts';
import { type TellDeps, tell } from './tell.ts';

/** What is kept of the steps of one job, or of the tests that it reports: at most some 20 KB of JSON. */
export interface PartsPage {
  parts: Parts;
  /** The newest events that were learnt from: what is delivered again teaches nothing. */
  seen: readonly string[];
}

/** What an event tells of the parts of something. */
export interface ToldParts {
  kind: Extract<SeriesKind, 'step' | 'test'>;
  /** The run, and its incident. */
  event: { id: string; data: Run & { incidentId: string } };
  /** The job whose parts they are. */
  job: string;
  /** The same whenever the same is told. */
  id: string;
  /** When it was, in ms since the epoch. */
  at: number;
  parts: readonly { name: string; seconds: number }[];
}

export interface PartsDeps extends TellDeps {
  settings: AnomalySettings;
  bucket: JsonBucket<PartsPage>;
  clock: Clock;
  /** Told of each job that found no room. */
  refused(): void;
}

/** What takes less is no matter. */
export const LEAST_SECONDS = 1;
/** So many steps of a job and tests of a report are kept: those that take longest. */
const MOST = { step: 32, test: 40 } as const;
/** On a slow machine all is slow: the worst are told. */
const MOST_TOLD = 5;
/** So many jobs. */
const MOST_PAGES = 10_000;
/** Reports of one run come in many files. */
const MOST_SEEN = 64;
const MOST_TRIES = 20;

/**
 * Parts of something that passed: each is held against what is usual for it, the worst are told, and all are learnt, in this order, as for runs. One read and one
 * write of one value, however many there are; none where nothing took a second.
 */
export async function partsPassed(told: ToldParts, d: PartsDeps): Promise<void> {
  const { kind, event, id } = told;
  const looked = lookedAt(told, d.settings);
  if (!d.settings[`${kind}s`].enabled || looked.length === 0) return;
  const key = pageOf(told, d.settings);
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const entry = await d.bucket.get(key);
    const page = readable(entry?.value);
    if (page.seen.includes(id)) return;
    if (attempt === 1) await tellWorst(looked, page, told, d);
    const parts = learnParts(page.parts, looked, MOST[kind]);
    const next = { parts, seen: withNewest(page.seen, id, MOST_SEEN) };
    if (entry !== undefined) {
      if ((await d.bucket.update(key, next, entry.revision)) !== undefined) return;
    } else if ((await d.bucket.size()) >= MOST_PAGES) return d.refused();
    else if ((await d.bucket.create(key, next)) !== undefined) return;
  }
  throw new Error(`what is usual for ${event.id} could not be noted: others were faster ${MOST_TRIES} times`);
}

interface Looked {
  key: string;
  name: string;
  value: number;
  at: number;
}

/** Each name once: of several that are called alike the sum, as they are one thing to people. */
function lookedAt({ parts, event, at, job, kind }: ToldParts, settings: AnomalySettings): Looked[] {
  const byName = new Map<string, number>();
  for (const { name, seconds } of parts) byName.set(name, (byName.get(name) ?? 0) + seconds);
  return [...byName]
    .filter(([, value]) => value >= LEAST_SECONDS)
    .map(([part, value]) => ({ part, name: nameOf(kind, job, part), value }))
    .filter(({ name }) => looksAt(settings, event.data, name))
    .map(({ part, name, value }) => ({ key: stableId('p', part).slice(2, 14), name, value, at }));
}

function nameOf(kind: ToldParts['kind'], job: string, part: string): string {
  return (kind === 'step' ? `${job} › ${part}` : part).slice(0, 512);
}

async function tellWorst(looked: readonly Looked[], page: PartsPage, told: ToldParts, d: PartsDeps): Promise<void> {
  const sensitivity = sensitivityOf(d.settings, told.kind);
  const unusual = looked
    .flatMap((one) => {
      const judged = judgePart(page.parts, one, sensitivity);
      return judged?.anomalous ? [{ one, judged }] : [];
    })
    .sort((a, b) => b.judged.value - b.judged.expected - (a.judged.value - a.judged.expected));
  for (const { one, judged } of unusual.slice(0, MOST_TOLD)) {
    const { kind, event, job, at } = told;
    const id = stableId('ser', pageOf(told, d.settings), kind, one.name, job);
    const place = { series: { id, kind, name: one.name, unit: 's' }, kind: PART, sensitivity };
    await tell(event, { place, judged, at, now: d.clock.now(), running: false }, d);
  }
}

function sensitivityOf(settings: AnomalySettings, kind: ToldParts['kind']): Sensitivity {
  return {
    samples: settings.samples,
    ratio: settings.ratio,
    probability: settings.sensitivity,
    leastRatio: settings.leastRatio,
    leastMore: settings[`${kind}s`].leastMore / 1_000,
  };
}

/** Under which key it is kept: as for runs, main branches by themselves, and all others together. */
function pageOf({ kind, job, event: { data } }: ToldParts, settings: AnomalySettings): string {
  const main = isMainBranch(settings, data.branch) ? data.branch : '';
  return stableId('parts', data.platform, data.repository, data.pipelineId, main, kind, job);
}

/** What a later version wrote is learnt anew. */
function readable(page: PartsPage | undefined): PartsPage {
  return page?.parts.v === noParts.v ? page : { parts: noParts, seen: [] };
}
