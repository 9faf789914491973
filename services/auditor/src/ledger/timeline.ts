import type { Events } from '@prunella/contracts';
import type { EventRecord } from '@prunella/store';
import { attemptOf, isReversal, isUndo } from './causal.ts';
import type { TimelineItem } from './incident.ts';

/** An event for people. */
export function timelineItem(event: EventRecord): TimelineItem {
  return {
    id: event.id,
    type: event.subject,
    at: event.time,
    attempt: attemptOf(event),
    ...wordsFor(event),
    data: { ...event.data },
  };
}

function wordsFor(event: EventRecord): { title: string; says: string } {
  switch (event.subject) {
    case 'pipeline.started':
      return { title: `${thing(event.data.kind)} started`, says: event.data.name };
    case 'pipeline.finished':
      return {
        title: `${thing(event.data.kind)} ended: ${event.data.conclusion}`,
        says: withFound(event.data.name, event.data),
      };
    case 'pipeline.failed':
      return { title: `${thing(event.data.kind)} failed`, says: withFound(failureOf(event), event.data) };
    case 'anomaly.detected':
      return {
        title: `${event.data.running ? 'Still runs' : 'Unusual'}: ${event.data.series.name}`,
        says: event.data.says,
      };
    case 'diagnosis.made':
      return { title: `Diagnosed: ${event.data.cause}`, says: event.data.explanation };
    case 'action.requested':
      return { title: `Asked for approval: ${event.data.action.type}`, says: event.data.explanation };
    case 'action.approved':
      return {
        title: `${event.data.action} ${event.data.approved ? 'approved' : 'rejected'} by ${event.data.by}`,
        says: event.data.reason,
      };
    case 'action.scheduled':
      return {
        title: `Scheduled: ${event.data.action.type}`,
        says: event.data.dueAt === undefined ? '' : `due at ${event.data.dueAt}`,
      };
    case 'action.executed':
      return {
        title: `${isUndo(event) ? 'Taking back ' : ''}${event.data.action.type}: ${event.data.status}`,
        says: event.data.explanation || event.data.effect,
      };
    case 'breaker.closed':
      return {
        title: `Breaker of ${event.data.action} on ${event.data.platform} closed by ${event.data.by}`,
        says: event.data.reason,
      };
    case 'outcome.observed':
      return {
        title: `${isReversal(event) ? 'Taken back: ' : ''}Outcome of ${event.data.action}: ${event.data.outcome}`,
        says: event.data.reason,
      };
    case 'confidence.updated':
      return { title: `Learnt: ${event.data.decidedBy}`, says: '' };
    case 'standing.changed':
      return { title: `${event.data.decidedBy}: ${event.data.standing}`, says: event.data.reason };
    case 'debt.changed':
      return { title: `Debt changed by ${event.data.by}`, says: event.data.reason };
    case 'watch.ended':
      return { title: `Watch ${event.data.watch} ended: ${event.data.result}`, says: event.data.says };
    case 'quarantine.changed':
      return { title: `Quarantine: ${event.data.test} ${event.data.change}`, says: event.data.reason };
    case 'dependency.changed':
      return { title: `Dependency ${event.data.name} is ${event.data.state}`, says: event.data.reason };
    case 'tests.reported':
      return { title: `Tests reported${event.data.job && `: ${event.data.job}`}`, says: testsOf(event.data) };
    case 'flakiness.updated':
      return { title: `Learnt: ${event.data.name} is ${event.data.proofs > 0 ? 'flaky' : 'not flaky'}`, says: '' };
    case 'digest.made':
      return { title: 'Digest made', says: `of ${event.data.from} to ${event.data.to}` };
  }
}

const THINGS = { run: 'Run', job: 'Job', check: 'Check', deployment: 'Deployment' } as const;

function thing(kind: keyof typeof THINGS): string {
  return THINGS[kind];
}

/** With how it became known, where nobody told: what is late is late for a reason. */
function withFound(
  says: string,
  { foundAt, finishedAt, platform }: Pick<Events['pipeline.finished'], 'foundAt' | 'finishedAt' | 'platform'>,
): string {
  if (foundAt === undefined) return says;
  const minutes = Math.round((Date.parse(foundAt) - Date.parse(finishedAt ?? '')) / 60_000);
  const late = minutes >= 0 ? ` ${minutes} min later` : '';
  return `${says}\nNo webhook told of it: found by asking ${platform}${late}.`.trim();
}

function failureOf({ data }: EventRecord<'pipeline.failed'>): string {
  if (data.error !== undefined && data.error.message !== '') return data.error.message;
  const jobs = data.jobs.map((job) => (job.failedStep === '' ? job.name : `${job.name} (${job.failedStep})`));
  return jobs.length === 0 ? data.conclusion : jobs.join(', ');
}

function testsOf({ totals, part, parts }: Events['tests.reported']): string {
  const { tests, passed, failed, errors, flaky, skipped } = totals;
  const which = parts > 1 ? ` (part ${part} of ${parts})` : '';
  return `${tests} tests: ${passed} passed, ${failed + errors} failed, ${flaky} flaky, ${skipped} skipped${which}`;
}
