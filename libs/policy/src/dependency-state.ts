import type { DependencyState } from '@prunella/contracts';
import { formatDuration, type ProbeResult } from '@prunella/core';
import { addressOf, type Dependency, freshMs } from './dependency.ts';
import type { NamingLine } from './dependency-names.ts';

/** A pipeline that failed because of a dependency, as its log says. */
export interface Mention {
  pipeline: string;
  incidentId: string;
  /** When it was diagnosed, in ms since the epoch. */
  at: number;
  lines: readonly NamingLine[];
}

/** How a dependency is, and why. Times in ms since the epoch. */
export interface Standing {
  state: DependencyState;
  since: number;
  reason: string;
}

/** A change that is to be told. */
export interface StandingChange extends Standing {
  before: DependencyState;
  mentions: readonly Mention[];
}

/** What came out of the newest probe. */
export interface LastProbe {
  /** ms since the epoch. */
  at: number;
  kind: ProbeResult['kind'];
  /** In one line. */
  says: string;
  /** How long it took, in ms. */
  tookMs: number;
}

/** All that is known of a dependency, as it is kept in KV: the detector writes it, the remediator reads it. */
export interface DependencyRecord extends Standing {
  name: string;
  /** What was probed: the record of another address says nothing. */
  of: string;
  /** When its probe last said something, in ms since the epoch; absent: never. */
  probedAt?: number;
  /** The newest probe, whatever came out; absent: there was none, or an older detector wrote the record. */
  lastProbe?: LastProbe;
  /** Probes in a row that ended so. */
  successes: number;
  failures: number;
  /** Pipelines that failed because of it lately, each once, the newest last. */
  mentions: readonly Mention[];
  /** Nothing from before speaks against it any more; ms since the epoch. */
  clearedAt: number;
  /** Changes that are not told yet, the oldest first. */
  untold: readonly StandingChange[];
}

/** More changes than this are not kept for telling: something flaps, and the newest are what counts. */
const MOST_UNTOLD = 10;

/** Longest text of a probe that is kept. */
const MOST_SAID = 500;

const NEVER_PROBED = 'it was not probed yet';

/** What is known of a dependency of which nothing was heard. */
export function unheardOf(dependency: Dependency, now: number): DependencyRecord {
  return {
    name: dependency.name,
    of: identityOf(dependency),
    state: 'unknown',
    since: now,
    reason: NEVER_PROBED,
    successes: 0,
    failures: 0,
    mentions: [],
    clearedAt: 0,
    untold: [],
  };
}

/**
 * How it is now. What was said too long ago, or of another address under the same name, is not known any more.
 *
 * @param record undefined: nothing was ever heard.
 */
export function standingOf(record: DependencyRecord | undefined, dependency: Dependency, now: number): Standing {
  if (record === undefined || record.of !== identityOf(dependency)) {
    return { state: 'unknown', since: now, reason: NEVER_PROBED };
  }
  const { state, since, reason, probedAt } = record;
  // A suspicion is as fresh as what it is made of.
  const heardAt = state === 'suspected' ? Math.max(probedAt ?? 0, record.mentions.at(-1)?.at ?? since) : probedAt;
  if (heardAt !== undefined && now - heardAt > freshMs(dependency) && state !== 'unknown') {
    const lost = heardAt + freshMs(dependency);
    return { state: 'unknown', since: lost, reason: `nothing was heard of it for ${roughly(now - heardAt)}` };
  }
  return { state, since, reason };
}

/** What is known after a probe that took so long: `afterProbe`, and how this one went. */
export function afterTimedProbe(
  record: DependencyRecord | undefined,
  dependency: Dependency,
  result: ProbeResult,
  { now, tookMs }: { now: number; tookMs: number },
): DependencyRecord {
  const says = (result.kind === 'no-data' ? result.why : result.says).slice(0, MOST_SAID);
  const lastProbe: LastProbe = { at: now, kind: result.kind, says, tookMs };
  return { ...afterProbe(record, dependency, result, now), lastProbe };
}

/** What is known after a probe. It needs `downAfter` failures or `upAfter` successes in a row; out of the unknown one success is enough. */
export function afterProbe(
  record: DependencyRecord | undefined,
  dependency: Dependency,
  result: ProbeResult,
  now: number,
): DependencyRecord {
  const known = current(record, dependency, now);
  if (result.kind === 'no-data') {
    return known.state === 'unknown' ? { ...known, reason: `it can't be probed: ${result.why}` } : known;
  }
  const good = result.kind === 'ok';
  const successes = good ? known.successes + 1 : 0;
  const failures = good ? 0 : known.failures + 1;
  const probed = { ...known, probedAt: now, successes, failures };
  if (good && known.state !== 'up' && (known.state === 'unknown' || successes >= dependency.upAfter)) {
    return changed({ ...probed, mentions: [], clearedAt: now }, 'up', result.says, now);
  }
  if (!good && known.state !== 'down' && failures >= dependency.downAfter) {
    const says = failures === 1 ? result.says : `${failures} probes in a row failed: ${result.says}`;
    return changed(probed, 'down', says, now);
  }
  if (known.state === 'unknown') return { ...probed, reason: result.says };
  // Of what is down the newest reason is the best one.
  return known.state === 'down' && !good ? { ...probed, reason: result.says } : probed;
}

/**
 * What is known after a pipeline failed because of it. The same one again, one from too long ago, or from before it was seen to be well changes
 * nothing: then it is the same object.
 */
export function afterMention(
  record: DependencyRecord | undefined,
  dependency: Dependency,
  mention: Mention,
  now: number,
): DependencyRecord {
  const { pipelines, within } = dependency.suspicion;
  const known = current(record, dependency, now);
  if (mention.at <= now - within || mention.at <= known.clearedAt) return record ?? known;
  const earlier = known.mentions.find(({ pipeline }) => pipeline === mention.pipeline);
  if (earlier !== undefined && earlier.at >= mention.at) return record ?? known;
  const mentions = [...known.mentions.filter((one) => one !== earlier && one.at > now - within), mention]
    .sort((a, b) => a.at - b.at)
    .slice(-pipelines);
  // Newer ones say enough.
  if (!mentions.includes(mention)) return record ?? known;
  const heard = { ...known, mentions };
  if (mentions.length < pipelines || known.state === 'down' || known.state === 'suspected') return heard;
  const says = `${pipelines} pipelines failed within ${formatDuration(within)} with ${addressOf(dependency)} in their logs`;
  return changed({ ...heard, successes: 0 }, 'suspected', says, now);
}

/** The record without the changes that were told. */
export function told(record: DependencyRecord, changes: readonly StandingChange[]): DependencyRecord {
  const keys = new Set(changes.map(({ state, since }) => `${state}/${since}`));
  const untold = record.untold.filter(({ state, since }) => !keys.has(`${state}/${since}`));
  return untold.length === record.untold.length ? record : { ...record, untold };
}

/** The record as it counts now: what is too old, or of another address, is forgotten, and that is a change, too. */
function current(record: DependencyRecord | undefined, dependency: Dependency, now: number): DependencyRecord {
  if (record === undefined || record.of !== identityOf(dependency)) return unheardOf(dependency, now);
  const standing = standingOf(record, dependency, now);
  if (standing.state === record.state) return record;
  return changed({ ...record, successes: 0, failures: 0 }, standing.state, standing.reason, standing.since);
}

function changed(record: DependencyRecord, state: DependencyState, reason: string, since: number): DependencyRecord {
  const mentions = state === 'suspected' ? record.mentions : [];
  const change: StandingChange = { state, since, reason, before: record.state, mentions };
  return { ...record, state, since, reason, untold: [...record.untold, change].slice(-MOST_UNTOLD) };
}

function identityOf(dependency: Dependency): string {
  return `${dependency.kind} ${'url' in dependency ? dependency.url : addressOf(dependency)}`;
}

function roughly(ms: number): string {
  return formatDuration(
    ms < 60_000 ? Math.max(1_000, Math.round(ms / 1_000) * 1_000) : Math.round(ms / 60_000) * 60_000,
  );
}
