import { Injectable } from '@nestjs/common';
import { Bus, GREEN_LOGS } from '@prunella/bus';
import { stableId } from '@prunella/core';
import { redact } from '@prunella/signals';
import { packed, unpacked } from './packed.ts';

/** A job of a pipeline, whichever run of it. */
export interface JobKey {
  repository: string;
  pipeline: string;
  /** The job's name. */
  job: string;
}

/** A log of a job that passed, as it is kept. */
export interface GreenText {
  text: string;
  /** When it was put there, in milliseconds since the epoch. */
  storedAt: number;
}

/** Logs of jobs that passed. What is not kept (any more) is no error: there is nothing of that job then. */
export interface GreenLogs {
  /** Keeps a log without its secrets, beside the one that was put there before. The same text again changes nothing. */
  put(key: JobKey, text: string): Promise<void>;
  /** The texts of a job, the newest first, at most two. */
  last(key: JobKey): Promise<string[]>;
  /** The same with their times. */
  stored(key: JobKey): Promise<GreenText[]>;
  /** All that are kept, the oldest first. */
  all(): AsyncIterable<{ id: string; text: string }>;
}

/** A packed log is at most this long, and no longer than the server takes. */
const MOST_BYTES = 2 * 1024 ** 2;
/** Room in a message for what stands beside the log. */
const HEADROOM = 4 * 1024;
const PUT_TIMEOUT_MS = 5_000;

/** A message as the stream keeps it. */
interface Message {
  subject: string;
  seq: number;
  data: Uint8Array;
  time: Date;
}

/** Green logs in a stream of NATS: shared by all replicas, bounded there (see `GREEN_LOGS`), and still there after a restart. */
@Injectable()
export class StoredGreenLogs implements GreenLogs {
  private stream: Promise<void> | undefined;

  constructor(private readonly bus: Bus) {}

  async put(key: JobKey, text: string): Promise<void> {
    const kept = redact(text);
    // The server remembers an id for an hour only, and the same log twice would push out the other one. Of a long one the end stands there.
    if ((await this.last(key)).some((text) => text !== '' && kept.endsWith(text))) return;
    const room = (this.bus.nats.info?.max_payload ?? MOST_BYTES) - HEADROOM;
    const bytes = await packed(kept, Math.min(MOST_BYTES, room));
    const subject = subjectOf(key);
    await this.bus.jetstream.publish(subject, bytes, {
      msgID: stableId('green', subject, kept),
      timeout: PUT_TIMEOUT_MS,
    });
  }

  async last(key: JobKey): Promise<string[]> {
    return (await this.stored(key)).map(({ text }) => text);
  }

  async stored(key: JobKey): Promise<GreenText[]> {
    const found: GreenText[] = [];
    for await (const { text, storedAt } of this.read(subjectOf(key))) found.unshift({ text, storedAt });
    return found;
  }

  async *all(): AsyncIterable<{ id: string; text: string }> {
    for await (const { id, text } of this.read('green.*')) yield { id, text };
  }

  /** What stands under a subject, the oldest first; what is no packed text is passed over. */
  private async *read(subject: string): AsyncGenerator<GreenText & { id: string }> {
    for await (const { subject: job, seq, data, time } of this.messages(subject)) {
      const text = await unpacked(data);
      if (text !== undefined) yield { id: `${job}/${seq}`, text, storedAt: time.getTime() };
    }
  }

  private async *messages(subject: string): AsyncGenerator<Message> {
    try {
      this.stream ??= this.bus.ensureStream(GREEN_LOGS);
      await this.stream;
      for (let seq = 1; ; ) {
        const message = await this.bus.messageIn(GREEN_LOGS, { seq, next_by_subj: subject });
        if (message === null) return;
        yield message;
        seq = message.seq + 1;
      }
    } catch (error) {
      // No room for the stream, or somebody deleted it: it is made when it is needed the next time.
      this.stream = undefined;
      throw error;
    }
  }
}

function subjectOf({ repository, pipeline, job }: JobKey): string {
  return `green.${stableId('job', repository, pipeline, job)}`;
}
