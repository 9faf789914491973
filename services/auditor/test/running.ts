import { Bus, EVENTS } from '@prunella/bus';
import type { Subject } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import { plainRole, startTestNats, startTestPostgres, type TestServer } from '@prunella/testing';
import { auditor } from '../src/service.ts';
import type { Told } from './story.ts';

/** Real servers, and auditors on them. */
export class Running {
  readonly services: RunningService[] = [];
  readonly nats: TestServer;
  readonly postgres: TestServer;
  readonly bus: Bus;

  // Written out, so that Node itself can run it too (fuzzing).
  private constructor(nats: TestServer, postgres: TestServer, bus: Bus) {
    this.nats = nats;
    this.postgres = postgres;
    this.bus = bus;
  }

  static async start(): Promise<Running> {
    const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
    return new Running(nats, postgres, await Bus.connect({ servers: nats.url, name: 'story' }));
  }

  /** Starts one more auditor. */
  async auditor(variables: Record<string, string> = {}): Promise<RunningService> {
    const service = await startService(auditor, {
      NATS_URL: this.nats.url,
      // With no more rights than it needs.
      DATABASE_URL: await plainRole(this.postgres.url),
      DATABASE_MIGRATION_URL: this.postgres.url,
      PORT_AUDITOR: '0',
      LOG_LEVEL: 'silent',
      // Stories are of a day that once will be long ago.
      PRUNELLA_EVENTS_KEPT: '20000d',
      PRUNELLA_INCIDENTS_KEPT: '20000d',
      ...variables,
    });
    this.services.push(service);
    return service;
  }

  /** Publishes events as their services would. */
  async publish(...told: readonly Told[]): Promise<void> {
    for (const { subject, ...event } of told) await this.bus.publish(subject, event);
  }

  /** Data of all events on a subject of which somebody other than the story is the source, in the order of the stream. */
  async published(subject: Subject): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    const consumer = await this.bus.jetstream.consumers.get(EVENTS.name);
    for (let left = (await consumer.info()).num_pending; left > 0; left -= 1) {
      const message = await consumer.next();
      const event = message?.json<{ source?: string; data: Record<string, unknown> }>();
      if (message?.subject === subject && event !== undefined && event.source !== 'story') found.push(event.data);
    }
    return found;
  }

  async stop(): Promise<void> {
    for (const service of this.services) await service.close();
    await this.bus.close();
    await Promise.all([this.nats.stop(), this.postgres.stop()]);
  }
}

/** GETs JSON. */
export async function get(service: RunningService, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(new URL(path, service.url), { headers: { accept: 'application/json', ...headers } });
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  const body: any = type.includes('json') ? JSON.parse(text) : text;
  return { status: response.status, type, body, headers: response.headers };
}
