import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, gzip, gzipSync } from 'node:zlib';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Bus, ORIGINALS } from '@prunella/bus';
import { messageOf } from '@prunella/core';
import { Metrics } from '@prunella/service-kit';
import { redact } from '@prunella/signals';
import { PinoLogger } from 'nestjs-pino';
import type { Delivery, Source } from '../sources/source.ts';
import { Door } from './door.ts';

const unzip = promisify(gunzip);
const zipBeside = promisify(gzip);

/** A fifth larger than with the usual level, in half the time. */
const LEVEL = { level: 1 };
/** A few of these hold what most senders write. The usual ones of 16 KB live as long as the few hundred bytes in them do: most of what the detector left behind. */
const LITTLE_AT_A_TIME = { ...LEVEL, chunkSize: 2 * 1024 };
/** To hand so little to another thread takes longer than to do it: 0.1 ms for 20 KB. */
const LITTLE = 64 * 1024;

/** What is longer when gzipped is not kept, nor what the server does not take. */
const MOST_BYTES = 2 * 1024 ** 2;
/** Room in a message for its headers. */
const HEADROOM = 4 * 1024;
/** Redacting goes over all of it: more than any sender writes about one run. */
const MOST_UNPACKED = 4 * 1024 ** 2;

/** What stands for a secret may be longer than it; what unpacks to more none of us wrote. */
const LONGEST_TEXT = 4 * MOST_UNPACKED;

/** More at a time are not kept: what events are made of is worth less than the events. */
const MOST_AT_A_TIME = 200;

/** Keeps what senders wrote, so that people can look up what an event was made of. No event waits or fails for it. */
@Injectable()
export class Originals implements OnModuleDestroy {
  private readonly pending = new Set<Promise<void>>();
  private readonly kept;
  private stream: Promise<void> | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly logger: PinoLogger,
    private readonly door: Door,
    metrics: Metrics,
  ) {
    this.kept = metrics.counter('detector_originals_total', 'Bodies of webhooks by whether they could be kept.', [
      'source',
      'result',
    ]);
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.pending);
  }

  /**
   * Begins to keep what was sent.
   *
   * @returns the id under which it can be found soon, the same for the same text; undefined: it is not kept. What is not, or could not be, is logged
   * and counted.
   */
  keep(source: Source, { body }: Delivery): string | undefined {
    if (body.length > MOST_UNPACKED) return this.missed(source, 'too large', `${body.length} bytes`);
    if (this.pending.size >= MOST_AT_A_TIME) return this.missed(source, 'busy', `${this.pending.size} are being kept`);
    const id = createHash('sha256').update(body).digest('hex').slice(0, 40);
    const work = this.store(source, id, body).catch((error: unknown) => {
      this.missed(source, 'failed', messageOf(error));
    });
    this.pending.add(work);
    void work.finally(() => this.pending.delete(work));
    return id;
  }

  private async store(source: Source, id: string, body: Buffer): Promise<void> {
    await turn();
    await this.door.makeRoom();
    const text = redact(body.toString('utf8'));
    const bytes = text.length <= LITTLE ? gzipSync(text, LITTLE_AT_A_TIME) : await zipBeside(text, LEVEL);
    const room = (this.bus.nats.info?.max_payload ?? MOST_BYTES) - HEADROOM;
    if (bytes.length > Math.min(MOST_BYTES, room)) {
      return this.missed(source, 'too large', `${bytes.length} bytes gzipped`);
    }
    await this.ready();
    await this.bus.jetstream.publish(subjectOf(id), bytes, { msgID: id, timeout: 2_000 });
    this.kept.inc({ source: source.name, result: 'kept' });
  }

  /** The text as it was sent, without its secrets; undefined: it is not kept, or no more, or what is kept there is none that we packed. */
  async find(id: string): Promise<string | undefined> {
    await this.ready();
    const message = await this.bus.messageIn(ORIGINALS, { last_by_subj: subjectOf(id) });
    if (message === null) return undefined;
    const text = await unzip(message.data, { maxOutputLength: LONGEST_TEXT }).catch(() => undefined);
    return text?.toString('utf8');
  }

  private async ready(): Promise<void> {
    this.stream ??= this.bus.ensureStream(ORIGINALS);
    await this.stream.catch((error: unknown) => {
      this.stream = undefined;
      throw error;
    });
  }

  private missed(source: Source, result: 'too large' | 'busy' | 'failed', why: string): undefined {
    this.kept.inc({ source: source.name, result });
    this.logger.warn({ source: source.name, why }, 'the body of a webhook could not be kept');
    return undefined;
  }
}

function subjectOf(id: string): string {
  return `original.${id}`;
}
