import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Services } from '../world/turns.ts';
import type { World } from '../world/world.ts';
import { asked } from './api.ts';
import type { ConsumerSeen, DeadLetterSeen, End, EventSeen, IncidentSeen, ProcessSeen } from './ledger.ts';

const EVENTS = 'PRUNELLA';
const DEAD_LETTERS = 'PRUNELLA_DLQ';
const PAGE = 200;
const TIMEOUT_MS = 5_000;

/** Reads how everything stands. What does not answer is missing in it: that is for the checks to judge. */
export async function observe(world: World, runs: End['runs']): Promise<End> {
  const [onBus, incidents, report, processes] = await Promise.all([
    readBus(world).catch(() => undefined),
    readIncidents(world).catch(() => undefined),
    readReport(world).catch(() => undefined),
    Promise.all([...world.services.values()].map(({ name, url }) => readReady(name, url))),
  ]);
  return {
    ...{ at: world.now(), processes, runs },
    ...onBus,
    ...(incidents !== undefined && { incidents }),
    ...(report !== undefined && { report }),
  };
}

async function readBus({ natsUrl, now }: World): Promise<Pick<End, 'events' | 'deadLetters' | 'consumers'>> {
  const nats = await connect({ servers: natsUrl, name: 'observer', timeout: TIMEOUT_MS, reconnect: false });
  try {
    const events: EventSeen[] = [];
    const began = Date.now() - now();
    await eachMessage(nats, EVENTS, ({ seq, time, subject, data }) =>
      events.push(eventOf({ seq, subject, at: time - began }, data)),
    );
    const deadLetters: DeadLetterSeen[] = [];
    await eachMessage(nats, DEAD_LETTERS, ({ subject, data, header }) => {
      deadLetters.push({ subject, reason: header('Prunella-Reason'), error: header('Prunella-Error'), text: data });
    });
    return { events, deadLetters, consumers: await readConsumers(nats) };
  } finally {
    await nats.close();
  }
}

interface Message {
  seq: number;
  /** When NATS took it, in ms since the epoch. */
  time: number;
  subject: string;
  data: string;
  header(name: string): string;
}

async function eachMessage(nats: NatsConnection, stream: string, see: (message: Message) => void): Promise<void> {
  const manager = await jetstreamManager(nats, { timeout: TIMEOUT_MS });
  const { state } = await manager.streams.info(stream);
  if (state.messages === 0) return;
  const consumer = await jetstream(nats).consumers.get(stream);
  const messages = await consumer.consume();
  for await (const message of messages) {
    const header = (name: string) => message.headers?.get(name) ?? '';
    see({
      seq: message.seq,
      time: Date.parse(message.time.toISOString()),
      subject: message.subject,
      data: message.string(),
      header,
    });
    if (message.seq >= state.last_seq) break;
  }
  await consumer.delete();
}

async function readConsumers(nats: NatsConnection): Promise<ConsumerSeen[]> {
  const manager = await jetstreamManager(nats, { timeout: TIMEOUT_MS });
  const seen: ConsumerSeen[] = [];
  for await (const { name, config, num_pending, num_ack_pending } of manager.consumers.list(EVENTS)) {
    if (config.durable_name === undefined) continue;
    seen.push({ stream: EVENTS, name, pending: num_pending, unacknowledged: num_ack_pending });
  }
  return seen;
}

type Json = Record<string, unknown>;

/** Reads a CloudEvent by its published form: docs/reference/events.md. */
function eventOf(message: Pick<EventSeen, 'seq' | 'subject' | 'at'>, text: string): EventSeen {
  const whole = parsed(text);
  const data = (whole['data'] ?? whole) as Json;
  const run = (data['run'] ?? data) as Json;
  const action = data['action'];
  return {
    ...message,
    identity: `${String(whole['source'] ?? '')} ${String(whole['id'] ?? `seq ${message.seq}`)}`,
    incidentId: textOf(data['incidentId']),
    pipelineId: textOf(run['pipelineId'] ?? run['pipeline_id']),
    repository: textOf(run['repository']),
    runId: textOf(run['runId']),
    attempt: Number(run['attempt'] ?? 1),
    platform: textOf(run['platform']),
    kind: textOf(run['kind']),
    conclusion: textOf(run['conclusion']),
    action: textOf(typeof action === 'object' && action !== null ? (action as Json)['type'] : action),
    status: textOf(data['status'] ?? data['outcome']),
    key: textOf(data['key']),
    refusedBy: refusalsOf(data['reasons']).join(','),
    reverses: textOf(data['reverses']),
  };
}

function refusalsOf(reasons: unknown): string[] {
  if (!Array.isArray(reasons)) return [];
  return (reasons as Json[]).filter(({ allows }) => allows !== true).map(({ check }) => textOf(check));
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // Garbage of our own.
    return {};
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** All incidents, page by page. */
export async function readIncidents(world: { services: Services }): Promise<IncidentSeen[]> {
  const all: IncidentSeen[] = [];
  for (let cursor = ''; ; ) {
    const path = `/v1/incidents?limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const page = await asked<{ items: IncidentSeen[]; nextCursor: string | null }>(world, path);
    all.push(...page.items);
    if (page.nextCursor === null) return all;
    cursor = page.nextCursor;
  }
}

async function readReport(world: World): Promise<NonNullable<End['report']>> {
  const { overall } = await asked<{ overall: { total: number; successful: number } }>(
    world,
    '/v1/reports/effectiveness',
  );
  const { items } = await asked<{ items: { healed: number }[] }>(world, '/v1/confidence');
  const learntHealed = items.reduce((sum, { healed }) => sum + healed, 0);
  return { acted: overall.total, healed: overall.successful, learntHealed };
}

async function readReady(name: string, url: string): Promise<ProcessSeen> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { process: name, ready: response.status, says: (await response.text()).slice(0, 300) };
  } catch (error) {
    return { process: name, ready: 0, says: String(error) };
  }
}
