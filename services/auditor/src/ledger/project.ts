import type { Run } from '@prunella/contracts';
import { domainOf, iso } from '@prunella/core';
import type { EventRecord } from '@prunella/store';
import { countedOutcomes } from '../outcomes/actions.ts';
import { attemptOf, inCausalOrder } from './causal.ts';
import { type Chapter, isTrouble, newestChapter } from './chapter.ts';
import { runIn } from './event-record.ts';
import type { Incident } from './incident.ts';
import { type Standing, standingOf } from './standing.ts';

/**
 * The incident that the events of one id tell; undefined: nothing failed (yet). The same events give the same incident, in
 * whatever order and however often they come.
 */
export function project(events: readonly EventRecord[]): Incident | undefined {
  const ordered = inCausalOrder(events);
  const chapter = newestChapter(ordered);
  const id = ordered[0]?.incidentId;
  if (chapter === undefined || id === undefined) return undefined;
  const standing = standingOf(chapter);
  const times = (some: EventRecord[]) => some.map((event) => Date.parse(event.time));
  return {
    id,
    ...aboutRun(ordered, chapter.attempt),
    ...aboutDiagnosis(chapter),
    ...aboutAction(chapter),
    ...aboutOutcome(ordered, chapter, standing),
    openedAt: iso(Math.min(...times(ordered.filter(isTrouble)))),
    closedAt: standing.closedAt,
    updatedAt: iso(Math.max(...times(ordered))),
  };
}

const RUN_FIELDS = ['pipelineId', 'platform', 'repository', 'runId', 'headSha', 'branch', 'url', 'name'] as const;

/** Publishers leave fields out: the newest that says something counts; what a job says, only where its run says nothing. */
function aboutRun(ordered: readonly EventRecord[], attempt: number) {
  const runs = ordered
    .filter((event) => attemptOf(event) <= attempt)
    .map(runIn)
    .filter((run): run is Run => run !== undefined);
  const merged = {
    pipelineId: '',
    platform: '',
    repository: '',
    runId: '',
    headSha: '',
    branch: '',
    url: '',
    name: '',
  };
  for (const run of [...runs.filter((each) => each.kind === 'job'), ...runs.filter((each) => each.kind !== 'job')]) {
    for (const field of RUN_FIELDS) merged[field] = run[field] || merged[field];
  }
  const platform = merged.platform || 'generic';
  return {
    ...merged,
    name: merged.name || merged.pipelineId,
    platform,
    source: platform,
    attempt,
    simulated: platform === 'playground',
  };
}

function aboutDiagnosis({ diagnosis, executed }: Chapter) {
  const data = diagnosis?.data;
  const cause = data?.cause ?? specified(executed?.data.cause);
  return {
    cause,
    domain: cause === null ? null : domainOf(cause),
    confidence: data?.confidence ?? null,
    transient: data?.transient ?? null,
    decidedBy: (data?.decidedBy ?? executed?.data.decidedBy) || null,
    explanation: data?.explanation ?? null,
    fingerprint: (data?.fingerprint ?? executed?.data.fingerprint) || null,
  };
}

/** A word that its publisher left out arrives as the zero of its enum. */
function specified<T extends string>(word: T | undefined): T | null {
  return word === undefined || word.endsWith('_unspecified') ? null : word;
}

function aboutAction({ diagnosis, requested, scheduled, executed }: Chapter) {
  const action = (executed ?? scheduled ?? requested ?? diagnosis)?.data.action;
  const decided = {
    action: action?.type ?? null,
    actionParameters: action?.parameters ?? {},
    status: executed?.data.status ?? null,
  };
  if (executed !== undefined) {
    return { ...decided, verdict: specified(executed.data.verdict), reason: executed.data.explanation || null };
  }
  if (scheduled !== undefined) {
    return { ...decided, verdict: 'acting' as const, reason: scheduled.data.reasons.at(-1)?.says ?? null };
  }
  if (requested !== undefined) {
    return { ...decided, verdict: 'asking' as const, reason: requested.data.explanation || null };
  }
  return { ...decided, verdict: null, reason: null };
}

/** Once Prunella acts no more, an incident shows its last outcome, also that of an earlier attempt. */
function aboutOutcome(ordered: readonly EventRecord[], chapter: Chapter, standing: Standing) {
  const left = standing.state === 'handed_over' || standing.state === 'recommended';
  const shown = chapter.outcome ?? (left ? countedOutcomes(ordered).at(-1) : undefined);
  return {
    state: standing.state,
    outcome: shown?.data.outcome ?? null,
    outcomeReason: shown?.data.reason ?? standing.because,
  };
}
