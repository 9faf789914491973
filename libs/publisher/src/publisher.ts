import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { JetStreamApiError } from '@nats-io/jetstream';
import type { NodeConnectionOptions } from '@nats-io/transport-node';
import { type Envelope, messageId, writeMessage } from '@prunella/contracts';
import type { Draft, Publishable } from './draft.ts';
import { eventId, type Told } from './event-id.ts';
import { type Line, lineTo } from './line.ts';
import type { Dropped, DropReason, Receipt } from './receipt.ts';
import { type Waiting, WaitingRoom } from './waiting-room.ts';

export interface PublisherOptions {
  /** `nats://host:port[,nats://host:port]` */
  servers: string;
  /** Who tells, a URI reference such as `//ci.example.com/shop`. Events are the same when source and id are. */
  source: string;
  /** Told of each event that is given up. Required: an event may get lost, but not silently. Must not throw. */
  onDropped(dropped: Dropped): void;
  /** Told when the server could not be reached and it will be tried again after `waitMs`. */
  onRetry?(error: unknown, waitMs: number): void;
  /** Most events that may wait. Default: 1000. */
  most?: number;
  /** Most bytes that may wait. Default: 16 MiB. */
  mostBytes?: number;
  /**
   * How long an event is kept and tried. Default: 30 minutes. Keep it below an hour: that is how long the stream recognises what it has
   * already, and an attempt may have got there without our hearing of it.
   */
  keepMs?: number;
  /** Credentials, TLS, ...: what the NATS client takes. */
  connection?: Omit<NodeConnectionOptions, 'servers'>;
}

/** What a caller may say beside the data. */
export interface How {
  /** Default: `eventId(...)`; for an event that names no run a random one, which a second call does not repeat. */
  id?: string;
  /** When it happened, ISO 8601. Default: now. */
  time?: string;
  /** W3C trace context. */
  traceparent?: string;
}

/**
 * Tells Prunella what pipelines do. Telling returns at once, never throws and never rejects: a pipeline must not fail because it can't be
 * watched. Await the receipt only where something hangs on it.
 */
export interface Publisher {
  started(run: Draft<'pipeline.started'>, how?: How): Promise<Receipt>;
  finished(run: Draft<'pipeline.finished'>, how?: How): Promise<Receipt>;
  failed(run: Draft<'pipeline.failed'>, how?: How): Promise<Receipt>;
  /** Takes nothing more, waits until what waits is stored or `withinMs` (default: 5 s) are over, and disconnects. Again: the same answer. */
  close(withinMs?: number): Promise<Summary>;
}

/** What became of everything that was told. */
export interface Summary {
  stored: number;
  /** Of these, how many were there before. */
  duplicates: number;
  dropped: number;
}

const IN_FLIGHT = 64;
const ACK_TIMEOUT_MS = 2_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;
/** The server's number for a message that is larger than the stream takes. */
const TOO_LARGE = 10_054;

/** Opens a publisher. Connects when the first event is told, so it does not fail when NATS is away. */
export function openPublisher(options: PublisherOptions): Publisher {
  const { source, onDropped, onRetry, most = 1_000, mostBytes = 16 * 1024 ** 2, keepMs = 30 * 60_000 } = options;
  const line = lineTo(options.servers, options.connection ?? {});
  const room = new WaitingRoom({ most, mostBytes });
  const summary: Summary = { stored: 0, duplicates: 0, dropped: 0 };
  const over = new AbortController();
  let sending: Promise<void> | undefined;
  let closing: Promise<Summary> | undefined;
  let lastError: unknown;

  function dropped(what: Omit<Dropped, 'stored'>): Dropped {
    const receipt: Dropped = { stored: false, ...what };
    summary.dropped += 1;
    onDropped(receipt);
    return receipt;
  }

  function giveUp(event: Waiting, reason: DropReason, detail: string): void {
    const { id, subject } = event;
    if (room.remove(event)) event.settle(dropped({ id, subject, reason, detail }));
  }

  async function tell<S extends Publishable>(subject: S, data: Draft<S>, how: How = {}): Promise<Receipt> {
    let id = how.id ?? '';
    const drop = (reason: DropReason, detail: string) => dropped({ id, subject, reason, detail });
    if (closing !== undefined) return drop('closed', 'told after the publisher was closed');
    const { promise, resolve: settle } = Promise.withResolvers<Receipt>();
    try {
      id ||= eventId(subject, data as unknown as Told) ?? randomUUID();
      const { time = new Date().toISOString(), traceparent } = how;
      // Checked against the contract on the way out; what is left out is put in by the readers.
      const envelope = {
        subject,
        id,
        source,
        time,
        ...(traceparent && { traceparent }),
        data,
      } as unknown as Envelope<S>;
      const message = { id, subject, messageId: messageId(envelope), bytes: writeMessage(envelope), since: Date.now() };
      if (!room.add({ ...message, settle })) {
        return drop('buffer-full', `${room.size} events wait already: ${textOf(lastError)}`);
      }
    } catch (error) {
      // ContractViolation, or what JSON can't say
      return drop('invalid', textOf(error));
    }
    sending ??= send();
    return await promise;
  }

  async function send(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    // Those that are told in the same breath go together.
    await Promise.resolve();
    while (room.size > 0 && !over.signal.aborted) {
      const tooOld = Date.now() - keepMs;
      for (const event of room.first(room.size).filter(({ since }) => since < tooOld)) {
        giveUp(event, 'too-old', `not stored within ${keepMs} ms: ${textOf(lastError)}`);
      }
      try {
        await sendSome(line);
        wait = FIRST_WAIT_MS;
      } catch (error) {
        lastError = error;
        if (over.signal.aborted) break;
        // Between half and all of it: many publishers lose the same server at the same time.
        const jittered = Math.round(wait * (0.5 + Math.random() / 2));
        onRetry?.(error, jittered);
        await pause(jittered, over.signal);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    }
    // Right after the look at the room: what comes from here on begins anew.
    sending = undefined;
  }

  /** Sends the first ones. What could not be sent stays where it is; then the first error is thrown. */
  async function sendSome(to: Line): Promise<void> {
    const { js, maxBytes } = await to.open();
    const results = await Promise.allSettled(
      room.first(IN_FLIGHT).map(async (event) => {
        const { bytes, subject, messageId: msgID, id } = event;
        if (bytes.length > maxBytes) {
          return giveUp(event, 'refused', `${bytes.length} bytes, the server takes at most ${maxBytes}`);
        }
        try {
          const { duplicate } = await js.publish(subject, bytes, { msgID, timeout: ACK_TIMEOUT_MS });
          if (!room.remove(event)) return;
          summary.stored += 1;
          if (duplicate) summary.duplicates += 1;
          event.settle({ stored: true, id, duplicate });
        } catch (error) {
          if (!(error instanceof JetStreamApiError) || error.code !== TOO_LARGE) throw error;
          giveUp(event, 'refused', textOf(error));
        }
      }),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async function closed(withinMs: number): Promise<Summary> {
    const inTime = new AbortController();
    await Promise.race([sending, pause(withinMs, inTime.signal)]);
    inTime.abort();
    over.abort();
    for (const event of room.first(room.size)) {
      giveUp(event, 'closed', `not acknowledged within ${withinMs} ms of closing: ${textOf(lastError)}`);
    }
    await line.close();
    return { ...summary };
  }

  return {
    started: (run, how) => tell('pipeline.started', run, how),
    finished: (run, how) => tell('pipeline.finished', run, how),
    failed: (run, how) => tell('pipeline.failed', run, how),
    close(withinMs = 5_000) {
      closing ??= closed(withinMs);
      return closing;
    },
  };
}

/** Resolves after `ms`, or when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function textOf(error: unknown): string {
  if (error === undefined) return 'nothing went wrong so far';
  return error instanceof Error ? error.message || error.name : String(error);
}
