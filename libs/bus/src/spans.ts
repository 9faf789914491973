import { type Envelope, messageId, type Subject } from '@prunella/contracts';
import { type Attributes, eventAttributes } from '@prunella/core';
import type { Received } from './delivery.ts';
import type { ConsumerName } from './topology.ts';

/** In the words of https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/. */

/** What is told of an event that is published. @param id of the message in NATS. */
export function sentAttributes<S extends Subject>({ subject, data }: Envelope<S>, id: string): Attributes {
  return {
    ...messaging(subject, 'send'),
    'messaging.message.id': bounded(id),
    ...eventAttributes(subject, data),
  };
}

/** What is told of an event that is handled. */
export function handledAttributes(event: Received, consumer: ConsumerName): Attributes {
  const { subject, delivery, data } = event;
  return {
    ...messaging(subject, 'process'),
    ...ofConsumer(consumer),
    'messaging.message.id': bounded(messageId(event)),
    ...(delivery > 1 && { 'prunella.delivery': delivery }),
    ...eventAttributes(subject, data),
  };
}

/** What is told of many events that are handled at once. */
export function batchAttributes(consumer: ConsumerName, size: number): Attributes {
  return {
    ...messaging(undefined, 'process'),
    ...ofConsumer(consumer),
    'messaging.batch.message_count': size,
  };
}

function messaging(subject: Subject | undefined, operation: 'send' | 'process'): Attributes {
  return {
    // Renamed in version 1.43 of the conventions; most of what reads it knows the old name.
    'messaging.system': 'nats',
    'messaging.system.name': 'nats',
    'messaging.destination.name': subject,
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
  };
}

function ofConsumer(consumer: ConsumerName): Attributes {
  return { 'messaging.consumer.group.name': consumer, 'messaging.destination.subscription.name': consumer };
}

/** Ids come from outside. */
function bounded(id: string): string {
  return id.slice(0, 256);
}
