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
 * @throws UnreachableError (503: send it again) when it takes too long or fails; ContractViolation as it is.
 */
export async function inTime<T>(bus: Pick<Bus, 'isConnected'>, work: () => Promise<T>): Promise<T> {
  const deadline = systemClock.now() + LONGEST_MS;
  const stop = new AbortController();
  try {
    // What is requested without a connection is only written down, and may not be answered after the reconnect.
    while (!bus.isConnected) {
      if (systemClock.now() >= deadline) throw late();
      await sleep(POLL_MS);
    }
    const longest = Math.max(deadline - systemClock.now(), POLL_MS);
    return await Promise.race([
      work(),
      sleep(longest, undefined, { signal: stop.signal }).then(() => Promise.reject(late())),
    ]);
  } catch (error) {
    if (error instanceof ContractViolation || error instanceof UnreachableError) throw error;
    throw new UnreachableError(`NATS could not take it: ${messageOf(error)}; send it again`, { cause: error });
  } finally {
    stop.abort();
  }
}

function late(): UnreachableError {
  return new UnreachableError(`NATS did not answer within ${LONGEST_MS} ms; send it again`);
}
