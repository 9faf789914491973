import type { JsMsg } from '@nats-io/jetstream';
import { ContractViolation, type Envelope, isSubject, readMessage, type Subject } from '@prunella/contracts';
import { completed, iso } from '@prunella/core';
import { EVENTS } from './topology.ts';

/** An event as a handler gets it: parsed, checked, completed. */
export type Received<S extends Subject = Subject> = S extends Subject
  ? Envelope<S> & {
      time: string;
      /** Sequence in the stream: the order in which events came. */
      seq: number;
      /** 1 at the first delivery. */
      delivery: number;
    }
  : never;

/**
 * Parses one message. What a publisher leaves out is put in: the id (so that each redelivery has the same), the time,
 * and for pipeline events the run and incident.
 *
 * @throws ContractViolation
 */
export function received(message: JsMsg): Received {
  const { streamSequence: seq, timestampNanos, deliveryCount: delivery } = message.info;
  const { subject } = message;
  // A server can be led to put messages of other streams into ours (ADR 0041).
  if (!isSubject(subject)) throw new ContractViolation('subject', 'one of ours', subject);
  const header = message.headers?.get('Nats-Msg-Id');
  // Sequences start again in a new stream; together with the time they do not.
  const envelope = readMessage(subject, message.data, {
    id: header !== undefined && header !== '' ? header : `${EVENTS.name}/${seq}/${timestampNanos}`,
    source: 'nats',
  });
  const traceparent = envelope.traceparent ?? message.headers?.get('traceparent');
  const event = {
    ...envelope,
    time: envelope.time ?? iso(Math.floor(timestampNanos / 1_000_000)),
    seq,
    delivery,
    ...(traceparent !== undefined && traceparent !== '' && { traceparent }),
  } as Received;
  return isPipelineEvent(event) ? ({ ...event, data: completed(event.data, event.id) } as Received) : event;
}

function isPipelineEvent(
  event: Received,
): event is Received<'pipeline.started' | 'pipeline.finished' | 'pipeline.failed'> {
  return event.subject.startsWith('pipeline.');
}
