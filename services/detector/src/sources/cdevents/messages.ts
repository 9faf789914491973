import { type CdEvent, ContractViolation, describe, isCdEvent } from '@prunella/contracts';
import { badRequest } from '@prunella/service-kit';
import { jsonOf } from '../body.ts';
import type { Delivery } from '../source.ts';

/** More in one batch are refused: their senders can send them in two. */
const MOST = 100;

/** A CDEvent, and where in the body it stood. */
export interface CdEventMessage {
  event: CdEvent;
  /** `body`, or `body.3` in a batch. */
  path: string;
}

/**
 * The CDEvents in a body, whichever way CloudEvents carries them
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md). In binary mode the `ce-*` headers repeat what the
 * event says itself, so they are not needed.
 *
 * @throws ProblemException (400), ContractViolation naming the field.
 */
export function cdEventsIn({ headers, body }: Delivery): CdEventMessage[] {
  const json = jsonOf(body);
  const isBatch = String(headers['content-type'] ?? '').startsWith('application/cloudevents-batch');
  if (!isBatch) return [{ event: eventIn(json, 'body'), path: 'body' }];
  if (!Array.isArray(json)) throw badRequest('body', `body: expected a batch of events, found ${describe(json)}`);
  if (json.length > MOST) throw badRequest('body', `body: expected at most ${MOST} events, found ${json.length}`);
  return json.map((each, index) => ({ event: eventIn(each, `body.${index}`), path: `body.${index}` }));
}

/** The event itself, or the one in a structured CloudEvent. */
function eventIn(json: unknown, path: string): CdEvent {
  if (isCdEvent(json)) return json;
  const envelope = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const data = envelope['data'] ?? decoded(envelope['data_base64'], `${path}.data_base64`);
  if (isCdEvent(data)) return data;
  throw new ContractViolation(
    'specversion' in envelope ? `${path}.data` : path,
    'a CDEvent with context.type dev.cdevents.* and a subject',
    describe('specversion' in envelope ? data : json),
  );
}

function decoded(base64: unknown, path: string): unknown {
  return typeof base64 === 'string' ? jsonOf(Buffer.from(base64, 'base64'), path) : undefined;
}
