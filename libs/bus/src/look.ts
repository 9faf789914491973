import type { JetStreamManager } from '@nats-io/jetstream';
import { unlessMissing } from './missing.ts';
import { EVENTS, STREAMS, type StreamSpec } from './topology.ts';

/** How a stream is; sizes in bytes. */
export interface StreamLook {
  name: string;
  messages: number;
  bytes: number;
  /** The oldest are dropped beyond this; what it was set to when it was looked at. */
  maxBytes: number;
  /** How many servers keep it, and how many of those are behind or away; a single server: 1 and 0. */
  replicas: number;
  lagging: number;
  /** The names of those. */
  away: string[];
}

/** How far a durable consumer is. */
export interface ConsumerLook {
  name: string;
  /** Events that were not delivered yet. */
  pending: number;
  /** Events that were delivered and are not acknowledged. */
  inWork: number;
  /** Deliveries of events that were delivered before. */
  redelivered: number;
}

/** undefined: there is no such stream. Throws what the server says against asking. */
export async function lookAtStream(manager: JetStreamManager, spec: StreamSpec): Promise<StreamLook | undefined> {
  const found = await unlessMissing(manager.streams.info(spec.name));
  if (found === undefined) return undefined;
  const { state, config, cluster } = found;
  const behind = (cluster?.replicas ?? []).filter(({ current, offline }) => !current || offline === true);
  return {
    name: spec.name,
    messages: state.messages,
    bytes: state.bytes,
    maxBytes: config.max_bytes,
    replicas: config.num_replicas,
    lagging: behind.length,
    away: behind.map(({ name }) => name),
  };
}

/** Everybody's streams, those that are there. Throws as above. */
export async function lookAtStreams(manager: JetStreamManager): Promise<StreamLook[]> {
  const looks = await Promise.all(STREAMS.map((spec) => lookAtStream(manager, spec)));
  return looks.filter((look) => look !== undefined);
}

/** The consumers on the events whose names begin so. Throws what the server says. */
export async function lookAtConsumers(manager: JetStreamManager, prefix: string): Promise<ConsumerLook[]> {
  const looks: ConsumerLook[] = [];
  for await (const { name, num_pending, num_ack_pending, num_redelivered } of manager.consumers.list(EVENTS.name)) {
    if (!name.startsWith(prefix)) continue;
    looks.push({ name, pending: num_pending, inWork: num_ack_pending, redelivered: num_redelivered });
  }
  return looks.sort((a, b) => (a.name < b.name ? -1 : 1));
}
