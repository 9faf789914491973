import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, CONSUMERS, type ConsumerName, EVENTS } from '@prunella/bus';

const WITHIN_MS = 60_000;

/** Resolves when every consumer has handled all that is on the stream, or after a minute. */
export async function drained(bus: Bus): Promise<void> {
  const manager = await bus.jetstream.jetstreamManager();
  const end = performance.now() + WITHIN_MS;
  for (const name of Object.keys(CONSUMERS) as ConsumerName[]) {
    while (performance.now() < end) {
      const info = await manager.consumers.info(EVENTS.name, name).catch(() => undefined);
      if (info === undefined || info.num_pending + info.num_ack_pending === 0) break;
      await sleep(50);
    }
  }
}
