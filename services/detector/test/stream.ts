import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, EVENTS } from '@prunella/bus';
import { type Envelope, readMessage, SUBJECTS, type Subject } from '@prunella/contracts';

const PATIENCE_MS = 30_000;

/** What the stream holds about a run, in order. */
export async function eventsAbout(bus: Bus, runId: string): Promise<Envelope[]> {
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  const { state } = await stream.info();
  const found: Envelope[] = [];
  for (let seq = Math.max(state.first_seq, 1); seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    const subject = SUBJECTS.find((known) => known === message?.subject) as Subject;
    if (message === null) continue;
    const event = readMessage(subject, message.data, { id: String(seq), source: 'nats' });
    if ('runId' in event.data && event.data.runId === runId) found.push(event);
  }
  return found;
}

/** Waits until `look` gives something; throws with `what` when it does not for half a minute. */
export async function until<T>(
  look: () => T | Promise<T>,
  what: string,
): Promise<Exclude<T, false | null | undefined>> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(25)) {
    const seen = await look();
    if (seen) return seen as Exclude<T, false | null | undefined>;
    if (Date.now() > end) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
  }
}
