import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { Bus, ORIGINALS } from '@prunella/bus';
import { messageOf } from '@prunella/core';
import { Metrics } from '@prunella/service-kit';
import { redact } from '@prunella/signals';
import { PinoLogger } from 'nestjs-pino';
import type { Delivery, Source } from '../sources/source.ts';

/** What is longer when gzipped is not kept, nor what the server does not take. */
const MOST_BYTES = 2 * 1024 ** 2;
/** Room in a message for its headers. */
const HEADROOM = 4 * 1024;
/** Redacting goes over all of it: more than any sender writes about one run. */
const MOST_UNPACKED = 4 * 1024 ** 2;

/** Keeps what senders wrote, so that people can look up what an event was made of. No event waits or fails for it. */
@Injectable()
export class Originals {
  private readonly kept;
  private stream: Promise<void> | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly logger: PinoLogger,
    metrics: Metrics,
  ) {
    this.kept = metrics.counter('detector_originals_total', 'Bodies of webhooks by whether they could be kept.', [
      'source',
      'result',
    ]);
  }

  /** Resolves with the id under which it is kept, the same for the same text; undefined: it is not, which is logged and counted. */
  async keep(source: Source, delivery: Delivery): Promise<string | undefined> {
    if (delivery.body.length > MOST_UNPACKED) return this.missed(source, 'too large', `${delivery.body.length} bytes`);
    try {
      const bytes = await promisify(gzip)(redact(delivery.body.toString('utf8')));
      const room = (this.bus.nats.info?.max_payload ?? MOST_BYTES) - HEADROOM;
      if (bytes.length > Math.min(MOST_BYTES, room))
        return this.missed(source, 'too large', `${bytes.length} bytes gzipped`);
      const id = createHash('sha256').update(delivery.body).digest('hex').slice(0, 40);
      await this.ready();
      await this.bus.jetstream.publish(subjectOf(id), bytes, { msgID: id, timeout: 2_000 });
      this.kept.inc({ source: source.name, result: 'kept' });
      return id;
    } catch (error) {
      return this.missed(source, 'failed', messageOf(error));
    }
  }

  /** The text as it was sent, without its secrets; undefined: it is not kept, or no more. */
  async find(id: string): Promise<string | undefined> {
    await this.ready();
    const { direct } = await this.bus.jetstream.jetstreamManager(false);
    const message = await direct.getMessage(ORIGINALS.name, { last_by_subj: subjectOf(id) });
    if (message === null) return undefined;
    return (await promisify(gunzip)(message.data)).toString('utf8');
  }

  private async ready(): Promise<void> {
    this.stream ??= this.bus.ensureStream(ORIGINALS);
    await this.stream.catch((error: unknown) => {
      this.stream = undefined;
      throw error;
    });
  }

  private missed(source: Source, result: 'too large' | 'failed', why: string): undefined {
    this.kept.inc({ source: source.name, result });
    this.logger.warn({ source: source.name, why }, 'the body of a webhook could not be kept');
    return undefined;
  }
}

function subjectOf(id: string): string {
  return `original.${id}`;
}
