import type { Events, Subject } from '@prunella/contracts';

/** What a backtest reads of the past. Within one time they came in this order: what one led to comes after it. */
export const pastSubjects = [
  'dependency.changed',
  'pipeline.started',
  'pipeline.finished',
  'pipeline.failed',
  'outcome.observed',
  'breaker.closed',
  'diagnosis.made',
  'action.requested',
  'action.scheduled',
  'action.executed',
] as const satisfies Subject[];
export type PastSubject = (typeof pastSubjects)[number];

/** An event of the past. */
export type PastEvent<S extends PastSubject = PastSubject> = S extends PastSubject
  ? {
      subject: S;
      /** The same for the same event. */
      id: string;
      /** When it happened, in ms since the epoch. */
      at: number;
      data: Events[S];
      /** Where it was read, for messages: `history.ndjson:12`. */
      place?: string;
    }
  : never;

/** Whether events on this subject say something about the past that a backtest needs. */
export function isPastSubject(subject: string): subject is PastSubject {
  return (pastSubjects as readonly string[]).includes(subject);
}

/** The order of time; of what happened at the same time it is always the same, whatever it was read in. */
export function byTime(a: PastEvent, b: PastEvent): number {
  return (
    a.at - b.at ||
    pastSubjects.indexOf(a.subject) - pastSubjects.indexOf(b.subject) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}
