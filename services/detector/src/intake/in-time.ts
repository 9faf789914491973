import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@prunella/bus';
import { ContractViolation } from '@prunella/contracts';
import { messageOf, systemClock, UnreachableError } from '@prunella/core';

/** GitHub hangs up after 10 s: the answer must be there before. */
const LONGEST_MS = 8_000;
const POLL_MS = 50;

/**
 * Does work on NATS, but waits for it no longer than the sender of a webhook does; a short outage is waited through. Work that is
 * given up on goes on: what it publishes late has the id that the sender's next try has.
 *
 * @param withinMs how long the sender waits for an answer, in milliseconds.
 * @throws UnreachableError (503: send it again) when it takes too long or fails; ContractViolation as it is.
 */
export async function inTime<T>(
  bus: Pick<Bus, 'isConnected'>,
  work: () => Promise<T>,
  withinMs = LONGEST_MS,
): Promise<T> {
  const deadline = systemClock.now() + withinMs;
  const stop = new AbortController();
  try {
    // What is requested without a connection is only written down, and may not be answered after the reconnect.
    while (!bus.isConnected) {
      if (systemClock.now() >= deadline) throw late(withinMs);
      await sleep(POLL_MS);
    }
    const longest = Math.max(deadline - systemClock.now(), POLL_MS);
    return await Promise.race([
      work(),
      sleep(longest, undefined, { signal: stop.signal }).then(() => Promise.reject(late(withinMs))),
    ]);
  } catch (error) {
    if (error instanceof ContractViolation || error instanceof UnreachableError) throw error;
    throw new UnreachableError(`NATS could not take it: ${messageOf(error)}; send it again`, { cause: error });
  } finally {
    stop.abort();
  }
}

function late(withinMs: number): UnreachableError {
  return new UnreachableError(`NATS did not answer within ${withinMs} ms; send it again`);
}
