import type { JsMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { iso, messageOf, systemClock } from '@prunella/core';
import type { Bus } from './bus.ts';
import { EVENTS } from './topology.ts';

export type DeadReason = 'invalid' | 'undeliverable' | 'attempts-exhausted';

/**
 * Puts a message on `dlq.<subject>` with its original bytes and headers, and the reason beside them
 * (`Prunella-Reason`, `Prunella-Error`, ...). Every consumer finds the same fault in an invalid message: it is put there once.
 */
export async function bury(
  bus: Bus,
  message: JsMsg,
  consumer: string,
  reason: DeadReason,
  error: unknown,
): Promise<void> {
  const { streamSequence, deliveryCount } = message.info;
  const header = headers();
  for (const [name, values] of message.headers ?? []) {
    if (!name.startsWith('Nats-')) for (const value of values) header.append(name, value);
  }
  header.set('Prunella-Reason', reason);
  header.set('Prunella-Error', messageOf(error).slice(0, 1_000));
  header.set('Prunella-Consumer', consumer);
  header.set('Prunella-Sequence', String(streamSequence));
  header.set('Prunella-Deliveries', String(deliveryCount));
  header.set('Prunella-Buried-At', iso(systemClock.now()));
  const id = `${EVENTS.name}/${streamSequence}/${reason === 'invalid' ? 'invalid' : consumer}`;
  await bus.publishRaw(`dlq.${message.subject}`, message.data, id, header);
}
