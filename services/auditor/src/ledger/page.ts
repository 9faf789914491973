import { type Alternative, actionTypes, causes } from '@prunella/contracts';
import { traceContextOf } from '@prunella/core';
import type { EventRecord } from '@prunella/store';
import { countedOutcomes } from '../outcomes/actions.ts';
import { attemptOf, inCausalOrder, isReversal } from './causal.ts';
import { type Chapter, isTrouble, newestChapter } from './chapter.ts';
import type { AlternativeCause, IncidentPage } from './incident.ts';
import { project } from './project.ts';
import { timelineItem } from './timeline.ts';

/** Everything about an incident; undefined where `project` is. */
export function pageOf(events: readonly EventRecord[]): IncidentPage | undefined {
  const ordered = inCausalOrder(events);
  const incident = project(ordered);
  const chapter = newestChapter(ordered);
  if (incident === undefined || chapter === undefined) return undefined;
  const { diagnosis, requested, scheduled, executed } = chapter;
  return {
    ...incident,
    evidence: diagnosis?.data.evidence ?? [],
    excerpts: diagnosis?.data.excerpts ?? [],
    alternatives: alternativesOf(diagnosis?.data.alternatives ?? []),
    gaps: diagnosis?.data.gaps ?? [],
    vetoes: diagnosis?.data.vetoes ?? [],
    reasons: (executed ?? scheduled ?? requested)?.data.reasons ?? [],
    dueAt: scheduled?.data.dueAt ?? null,
    effect: executed?.data.effect || null,
    traceId: traceIdOf(ordered, chapter),
    outcomes: countedOutcomes(ordered).map((event) => ({
      attempt: attemptOf(event),
      action: event.data.action,
      outcome: event.data.outcome,
      reason: event.data.reason,
      reversed: isReversal(event),
      at: event.time,
    })),
    timeline: ordered.map(timelineItem),
    events: ordered.map((event) => ({
      id: event.eventId,
      type: event.subject,
      source: event.source,
      time: event.time,
      seq: event.seq ?? null,
      traceparent: event.traceparent ?? null,
      data: { ...event.data },
    })),
  };
}

/** Of what began the attempt's trouble. What people or a later webhook told of it has traces of its own. */
function traceIdOf(ordered: readonly EventRecord[], { attempt }: Chapter): string | null {
  const traced = ordered
    .filter((event) => isTrouble(event) && attemptOf(event) === attempt)
    .map(({ traceparent }) => traceContextOf(traceparent)?.traceId);
  return traced.find((traceId) => traceId !== undefined) ?? null;
}

/** As the API shows them: what older versions recorded says less. */
export function alternativesOf(recorded: readonly Alternative[]): AlternativeCause[] {
  return recorded
    .filter(({ cause }) => causes.includes(cause))
    .map(({ cause, confidence, decidedBy, action, says = '', whyNot = '' }) => ({
      ...{ cause, confidence, decidedBy, says, whyNot },
      action: action !== undefined && actionTypes.includes(action) ? action : null,
    }));
}
