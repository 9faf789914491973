import { setTimeout as sleep } from 'node:timers/promises';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { messageOf, systemClock, UnreachableError } from '@prunella/core';
import { refusalOf } from './refusal.ts';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1_000;

/** What a server says while it has no leader to ask: none was elected yet, or it does not know it. Or while something else has to be settled first. */
const NOT_NOW = new Set([
  10008, // JetStream system temporarily unavailable
  10009, // JetStream cluster can not handle request
  10010, // JetStream cluster not assigned to this server
  10118, // stream is offline
  10119, // consumer is offline
  10158, // the same message id is just being written (2.11)
]);

/**
 * Whether an error says that NATS is away, or between two leaders: the same may succeed later without anybody's help. What was asked may have been
 * done all the same.
 */
export function isOutage(error: unknown): boolean {
  if (refusalOf(error) !== undefined) return false;
  if (error instanceof errors.TimeoutError || error instanceof errors.RequestError) return true;
  if (error instanceof errors.NoRespondersError || error instanceof errors.ConnectionError) return true;
  if (error instanceof JetStreamApiError) return error.status === 503 || NOT_NOW.has(error.code);
  // "JetStream is not enabled" is how the client calls it when nobody listens, which is so while a stream has no leader.
  return error instanceof Error && error.cause instanceof errors.RequestError;
}

export interface Patience {
  /** For people, e.g. `reading prunella_claims`. */
  what: string;
  /** How long to try, in milliseconds; the last try may end later. */
  withinMs: number;
  /** Whether it is of no use any more, because our own connection was closed. */
  isClosed(): boolean;
}

/**
 * Does it again, for a while, as long as NATS is away or elects a leader.
 *
 * @throws UnreachableError when it stays so; any other error as it is.
 */
export async function throughOutage<T>(
  { what, withinMs, isClosed }: Patience,
  work: (again: boolean) => Promise<T>,
): Promise<T> {
  const deadline = systemClock.now() + withinMs;
  for (let wait = FIRST_WAIT_MS, again = false; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS), again = true) {
    try {
      return await work(again);
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (isClosed() || systemClock.now() + wait > deadline) {
        throw new UnreachableError(
          `${what} failed for ${withinMs} ms: ${messageOf(error)}; is NATS up, and in a cluster more than half of its servers?`,
          { cause: error },
        );
      }
      await sleep(wait);
    }
  }
}
