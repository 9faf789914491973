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
export async function whileSenderWaits<T>(
  bus: Pick<Bus, 'isConnected'>,
  work: () => Promise<T>,
  withinMs = LONGEST_MS,
): Promise<T> {
  const deadline = systemClock.now() + withinMs;
  try {
    // What is requested without a connection is only written down, and may not be answered after the reconnect.
    while (!bus.isConnected) {
      if (systemClock.now() >= deadline) throw late(withinMs);
      await sleep(POLL_MS);
    }
    return await before(work(), Math.max(deadline - systemClock.now(), POLL_MS), withinMs);
  } catch (error) {
    if (error instanceof ContractViolation || error instanceof UnreachableError) throw error;
    throw new UnreachableError(`NATS could not take it: ${messageOf(error)}; send it again`, { cause: error });
  }
}

/** With a timer of its own: a sleep that is aborted makes two errors with their stacks, for each piece of work that was in time. */
function before<T>(work: Promise<T>, ms: number, withinMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late(withinMs)), ms);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function late(withinMs: number): UnreachableError {
  return new UnreachableError(`NATS did not answer within ${withinMs} ms; send it again`);
}
