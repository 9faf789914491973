import { type Envelope, messageId, type Run } from '@prunella/contracts';
import { iso, stableId } from '@prunella/core';
import type { EventRecord } from '@prunella/store';

const YEAR_10000 = Date.UTC(10_000, 0);

/** What is recorded of an event; `now` (ms) stands in for a time that is none. */
export function eventRecord(event: Envelope & { time: string; seq?: number }, now: number): EventRecord {
  const { subject, source, id: eventId, seq, traceparent, data } = event;
  const happened = Date.parse(event.time);
  const run = runIn({ subject, data } as EventRecord);
  return {
    id: recordId(subject, { source, id: eventId }),
    ...('incidentId' in data && { incidentId: data.incidentId }),
    ...(run?.runId === '' && { pipelineKey: pipelineKey(run) }),
    subject,
    source,
    eventId,
    time: iso(happened >= 0 && happened < YEAR_10000 ? happened : now),
    ...(seq !== undefined && { seq }),
    ...(traceparent !== undefined && { traceparent }),
    data,
  } as EventRecord;
}

/** The key under which an event is recorded once. */
export function recordId(subject: string, event: { source: string; id: string }): string {
  return stableId('evt', subject, messageId(event));
}

/** What an event is about; undefined: it names no run. */
export function runIn(event: EventRecord): Run | undefined {
  switch (event.subject) {
    case 'pipeline.started':
    case 'pipeline.finished':
    case 'pipeline.failed':
      return event.data;
    case 'action.approved':
    case 'breaker.closed':
    case 'confidence.updated':
    case 'standing.changed':
    case 'debt.changed':
    case 'quarantine.changed':
    case 'dependency.changed':
    // What a report says of a run is known from the run's own events.
    case 'tests.reported':
    case 'flakiness.updated':
    // It is about all of them.
    case 'digest.made':
      return undefined;
    default:
      return event.data.run;
  }
}

/** The same for all runs of a pipeline whose publisher names no run. */
export function pipelineKey(run: Pick<Run, 'platform' | 'repository' | 'pipelineId'>): string {
  return stableId('pipe', run.platform || 'generic', run.repository, run.pipelineId);
}
