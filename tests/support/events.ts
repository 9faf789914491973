import type { Bus } from '@prunella/bus';
import { EVENTS } from '@prunella/bus';
import { type Events, readMessage, type Subject } from '@prunella/contracts';

/** All events on one subject, in order. */
export async function eventsOn<S extends Subject>(bus: Bus, subject: S): Promise<Events[S][]> {
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  const { state } = await stream.info();
  const events: Events[S][] = [];
  for (let seq = Math.max(state.first_seq, 1); seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    if (message?.subject !== subject) continue;
    events.push(readMessage(subject, message.data, { id: String(seq), source: 'test' }).data);
  }
  return events;
}
