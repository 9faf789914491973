import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const EVENTS = 'PRUNELLA';
const WITHIN_MS = 5_000;

/**
 * Puts events of the stream on the bus once more, spread over all that is there, without the id by which the server would recognise them.
 *
 * @param hit called for each that NATS has taken.
 * @returns who they are: CloudEvents `source` and `id`. Fewer than asked for: NATS went away, as another fault of the same schedule makes it.
 */
export async function replayEvents(url: string, count: number, hit: () => void): Promise<string[]> {
  const replayed: string[] = [];
  const nats = await connect({ servers: url, name: 'replay', timeout: WITHIN_MS, reconnect: false }).catch(
    () => undefined,
  );
  if (nats === undefined) return replayed;
  try {
    const manager = await jetstreamManager(nats, { timeout: WITHIN_MS });
    const client = jetstream(nats, { timeout: WITHIN_MS });
    const { state } = await manager.streams.info(EVENTS);
    for (let n = 0; n < count; n += 1) {
      const seq = state.first_seq + Math.floor((n * state.messages) / count);
      const message = await manager.streams.getMessage(EVENTS, { seq });
      if (message === null) continue;
      const identity = identityOf(message.string());
      if (identity === undefined) continue;
      // Before it is sent: what is not answered may be there all the same.
      replayed.push(identity);
      await client.publish(message.subject, message.data);
      hit();
    }
  } catch {
    // NATS is away, full, or stands still: whoever asked goes by the hits.
  } finally {
    await nats.close();
  }
  return replayed;
}

/** undefined: it is no CloudEvent, and nobody could recognise it. */
function identityOf(text: string): string | undefined {
  try {
    const { source, id } = JSON.parse(text) as { source?: string; id?: string };
    return source === undefined || id === undefined ? undefined : `${source} ${id}`;
  } catch {
    return undefined;
  }
}
