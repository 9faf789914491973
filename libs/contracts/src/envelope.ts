import { type CdEvent, dataOfCdEvent, isCdEvent, subjectOfCdEvent } from './cdevents.ts';
import { DEEPEST_JSON, isTooDeep } from './depth.ts';
import type { Events, Subject } from './events.ts';
import { parseData, serializeData } from './parse.ts';
import { ContractViolation, describe } from './violation.ts';

/** A parsed message: the CloudEvents attributes that we use, and the data. */
export interface Envelope<S extends Subject = Subject> {
  subject: S;
  /** Unique together with `source`. */
  id: string;
  /** Who published it, a URI reference. */
  source: string;
  /** When it happened, ISO 8601; undefined: the publisher did not say. */
  time?: string;
  /** W3C trace context. */
  traceparent?: string;
  data: Events[S];
}

/** What the transport knows about a message, for publishers that say nothing themselves. */
export interface Transport {
  /** Used when the message has no id of its own; must be the same at each redelivery. */
  id: string;
  /** Used when the message has no source of its own. */
  source: string;
}

const TYPE_PREFIX = 'dev.prunella.';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The CloudEvents `type` of the events on a subject. */
export function eventType(subject: Subject): string {
  return `${TYPE_PREFIX}${subject}.v1`;
}

/**
 * Reads a message: a structured CloudEvent, a CDEvent (bare or in a CloudEvent), or just the data.
 *
 * @throws ContractViolation naming the field that does not fit.
 */
export function readMessage<S extends Subject>(subject: S, bytes: Uint8Array, transport: Transport): Envelope<S> {
  return readJson(subject, parseJson(bytes), transport);
}

/** As `readMessage`, for JSON that is already parsed. */
export function readJson<S extends Subject>(subject: S, json: unknown, transport: Transport): Envelope<S> {
  if (isCdEvent(json)) return fromCdEvent(subject, json, transport);
  if (!isCloudEvent(json)) return { subject, ...transport, data: parseData(subject, json) };
  const type = attribute(json, 'type');
  const id = attribute(json, 'id');
  const source = attribute(json, 'source');
  const envelope = {
    ...optional('time', json['time']),
    ...optional('traceparent', json['traceparent']),
  };
  if (type.startsWith('dev.cdevents.')) {
    const event = cdEventIn(json) as CdEvent;
    return { ...fromCdEvent(subject, event, transport), ...envelope };
  }
  if (type.startsWith(TYPE_PREFIX) && type !== eventType(subject)) {
    throw new ContractViolation('type', eventType(subject), describe(type));
  }
  return { subject, id, source, ...envelope, data: parseData(subject, cloudEventData(json)) };
}

/**
 * The CDEvent in a body as CloudEvents send it over HTTP: bare (binary mode), or in a structured CloudEvent. undefined: there is none.
 *
 * @throws ContractViolation when a CloudEvent says that it holds one, and does not.
 */
export function cdEventIn(json: unknown): CdEvent | undefined {
  if (isCdEvent(json)) return json;
  if (!isCloudEvent(json)) return undefined;
  const type = json['type'];
  if (typeof type !== 'string' || !type.startsWith('dev.cdevents.')) return undefined;
  const event = cloudEventData(json);
  if (isCdEvent(event)) return event;
  throw new ContractViolation('data', 'a CDEvent with context and subject', describe(event));
}

/** Writes a structured CloudEvent. The data is checked on the way out: nobody else should have to find our mistakes. */
export function writeMessage<S extends Subject>(envelope: Envelope<S>): Uint8Array {
  const { subject, id, source, time, traceparent, data } = envelope;
  return encoder.encode(
    JSON.stringify({
      specversion: '1.0',
      id,
      source,
      type: eventType(subject),
      ...(time !== undefined && { time }),
      ...(traceparent !== undefined && { traceparent }),
      datacontenttype: 'application/json',
      data: serializeData(subject, data),
    }),
  );
}

/** The id by which the stream recognises a duplicate: CloudEvents `source` and `id`. */
export function messageId(envelope: Pick<Envelope, 'source' | 'id'>): string {
  return `${envelope.source}#${envelope.id}`;
}

function fromCdEvent<S extends Subject>(
  subject: S,
  event: Parameters<typeof dataOfCdEvent>[0],
  transport: Transport,
): Envelope<S> {
  const data = dataOfCdEvent(event);
  const belongs = subjectOfCdEvent(event);
  const fits = belongs === subject || (belongs === 'pipeline.finished' && subject === 'pipeline.failed');
  if (!fits) throw new ContractViolation('context.type', `a type for ${subject}`, describe(event.context.type));
  return {
    subject,
    id: typeof event.context.id === 'string' && event.context.id !== '' ? event.context.id : transport.id,
    source:
      typeof event.context.source === 'string' && event.context.source !== '' ? event.context.source : transport.source,
    ...optional('time', event.context.timestamp),
    data: parseData(subject, data),
  };
}

function isCloudEvent(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && 'specversion' in json && 'type' in json;
}

function cloudEventData(json: Record<string, unknown>): unknown {
  if (typeof json['data_base64'] === 'string') return parseJson(Buffer.from(json['data_base64'], 'base64'));
  return json['data'];
}

function attribute(json: Record<string, unknown>, name: string): string {
  const value = json[name];
  if (typeof value !== 'string' || value === '') {
    throw new ContractViolation(name, 'a non-empty string (CloudEvents 1.0)', describe(value));
  }
  return value;
}

function optional<K extends string>(name: K, value: unknown): { [_ in K]?: string } {
  return typeof value === 'string' && value !== '' ? ({ [name]: value } as { [_ in K]: string }) : {};
}

function parseJson(bytes: Uint8Array): unknown {
  if (isTooDeep(bytes)) throw new ContractViolation('', `JSON at most ${DEEPEST_JSON} deep`, 'deeper');
  const text = decoder.decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new ContractViolation('', 'JSON', describe(text));
  }
}
