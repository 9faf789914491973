import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Garbage, Report } from '../ledger/ledger.ts';
import { type Services, Turns } from '../world/turns.ts';
import { TOKEN } from '../world/world.ts';
import { posted } from './courier.ts';
import { type Story, wordOf } from './stories.ts';

const AGAIN_MS = 300;

/** What of the world they see. */
interface Side {
  services: Services;
  natsUrl: string;
  now(): number;
}

/** Whoever tells of failures without a platform of ours: by HTTP, or on the bus. Each sends again until it is taken, under the same id. */
export class Publishers {
  readonly reports: Report[] = [];
  readonly garbage: Garbage[] = [];
  private isOver = false;
  private readonly underWay = new Set<Promise<void>>();
  private readonly turns = new Turns();
  private readonly world: Side;
  private readonly nats: NatsConnection;
  private readonly jetstream: JetStreamClient;

  private constructor(world: Side, nats: NatsConnection) {
    this.world = world;
    this.nats = nats;
    this.jetstream = jetstream(nats, { timeout: 3_000 });
  }

  static async start(world: Side): Promise<Publishers> {
    const nats = await connect({ servers: world.natsUrl, name: 'publisher', maxReconnectAttempts: -1 });
    return new Publishers(world, nats);
  }

  /** @returns the report; undefined: it was garbage. */
  tell({ n, topic = n, kind }: Pick<Story, 'n' | 'topic' | 'kind'>): Report | undefined {
    const key = `${kind}-${n}`;
    if (kind === 'garbage') {
      const garbage: Garbage = { marker: `no-event-${wordOf(n)}` };
      this.garbage.push(garbage);
      this.until(garbage, () => this.put(key, `<html>${garbage.marker}</html>`));
      return undefined;
    }
    const pipelineId = `factory/${wordOf(topic)}`;
    const failure = { pipeline_id: pipelineId, error: { message: `Connection timed out at the ${wordOf(topic)}` } };
    const report: Report = { key, pipelineId, via: kind === 'http' ? 'http' : 'bus' };
    this.reports.push(report);
    this.until(report, () => (kind === 'bus' ? this.put(key, JSON.stringify(failure)) : this.post(key, failure)));
    return report;
  }

  /** Resolves when all of it was taken. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /** Gives up what was not taken. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.nats.close();
  }

  private async post(key: string, failure: object): Promise<boolean> {
    const url = `${this.turns.next(this.world.services, 'detector')}/webhook/healing`;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, 'idempotency-key': key };
    return await posted(url, JSON.stringify({ event_type: 'pipeline_failed', ...failure }), headers);
  }

  private async put(key: string, text: string): Promise<boolean> {
    const taken = await this.jetstream.publish('pipeline.failed', text, { msgID: key }).catch(() => undefined);
    return taken !== undefined;
  }

  private until(what: { acceptedAt?: number }, send: () => Promise<boolean>): void {
    const work = (async () => {
      while (!this.isOver) {
        if (await send()) {
          what.acceptedAt = this.world.now();
          return;
        }
        await sleep(AGAIN_MS);
      }
    })();
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }
}
