import { isPastSubject, type PastEvent, type PastSubject, pastSubjects } from '@prunella/backtest';
import { type Envelope, eventType, messageId, readJson } from '@prunella/contracts';
import { completed, messageOf, PrunellaError } from '@prunella/core';
import { quickData } from './quick.ts';

/** A line or an item of a history is no event. */
export class HistoryError extends PrunellaError {
  override readonly name = 'HistoryError';
}

type PipelineEvent = PastEvent<'pipeline.started' | 'pipeline.finished' | 'pipeline.failed'>['data'];

const SUBJECT_OF = new Map(pastSubjects.map((subject) => [eventType(subject), subject]));

/**
 * The event in a CloudEvent of Prunella; undefined: a backtest has no use for it.
 *
 * @param place where it stands, for messages: `history.ndjson:12`.
 * @throws HistoryError naming the place, and what is wrong there.
 */
export function pastEvent(json: unknown, place: string): PastEvent | undefined {
  const type = typeof json === 'object' && json !== null && 'type' in json ? json.type : undefined;
  if (typeof type !== 'string' || typeof json !== 'object' || json === null) {
    throw new HistoryError(`${place}: expected a CloudEvent with a type such as ${eventType('pipeline.failed')}`);
  }
  const subject = SUBJECT_OF.get(type);
  if (subject === undefined || !isPastSubject(subject)) return undefined;
  try {
    const event = quickEvent(subject, json) ?? readJson(subject, json, { id: place, source: 'history' });
    const at = Date.parse(event.time ?? '');
    if (Number.isNaN(at))
      throw new HistoryError(`${place}: time: expected an ISO 8601 time, found ${event.time ?? 'none'}`);
    const data = subject.startsWith('pipeline.') ? completed(event.data as PipelineEvent, event.id) : event.data;
    return { subject, id: [subject, messageId(event)].join(' '), at, data, place } as PastEvent;
  } catch (error) {
    if (error instanceof HistoryError) throw error;
    throw new HistoryError(`${place}: ${messageOf(error)}`, { cause: error });
  }
}

function quickEvent(subject: PastSubject, json: object): Pick<Envelope, 'id' | 'source' | 'time' | 'data'> | undefined {
  const { id, source, time, data } = json as Record<string, unknown>;
  if (typeof id !== 'string' || typeof source !== 'string' || typeof time !== 'string') return undefined;
  if (id === '' || source === '') return undefined;
  const whole = quickData(subject, data);
  return whole && { id, source, time, data: whole };
}
