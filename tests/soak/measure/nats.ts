import type { Bus } from '@prunella/bus';

const MB = 1_000_000;
const TIMEOUT_MS = 10_000;

interface Varz {
  mem: number;
  connections: number;
  subscriptions: number;
  slow_consumers: number;
}

/** What NATS tells of itself by its monitoring, in MB and counts. */
export async function seenOfNats(monitor: string): Promise<Record<string, number>> {
  const answer = await fetch(`${monitor}/varz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const { connections, subscriptions, slow_consumers } = (await answer.json()) as Varz;
  return { connections, subscriptions, slowConsumers: slow_consumers };
}

/** Bytes in MB and messages of all streams and buckets, and how far each durable consumer is; how many others there are. */
export async function seenOfStreams(bus: Bus): Promise<Record<string, number>> {
  const manager = await bus.jetstream.jetstreamManager();
  const seen: Record<string, number> = {};
  let passing = 0;
  for await (const { config, state } of manager.streams.list()) {
    const name = config.name.startsWith('KV_') ? `bucket/${config.name.slice('KV_'.length)}` : `stream/${config.name}`;
    seen[`${name}/bytes`] = state.bytes / MB;
    seen[`${name}/messages`] = state.messages;
    if (state.consumer_count === 0) continue;
    for await (const consumer of manager.consumers.list(config.name)) {
      const { name: own, num_pending, num_ack_pending, num_redelivered } = consumer;
      if (consumer.config.durable_name === undefined) {
        passing += 1;
        continue;
      }
      seen[`consumer/${own}/pending`] = num_pending;
      seen[`consumer/${own}/unacknowledged`] = num_ack_pending;
      seen[`consumer/${own}/redelivered`] = num_redelivered;
    }
  }
  return { ...seen, 'nats/watches': passing };
}
