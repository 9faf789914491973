import { performance } from 'node:perf_hooks';

export interface Pace {
  perSecond: number;
  seconds: number;
}

export interface Paced {
  sent: number;
  /** How far behind its time the sender was at most, in ms: large ones say that the sender, and not the receiver, was busy. */
  senderBehind: number;
}

/**
 * Calls `send` at a steady rate, whether or not the receiver keeps up (an open loop). What is measured from `due`, and not from when it was sent, has no
 * coordinated omission: what waits for its turn at a busy sender counts.
 *
 * @param send the nth, from 0, and when it was due, as `performance.now()` counts. It begins to send and returns; false: it was the last.
 */
export async function atRate({ perSecond, seconds }: Pace, send: (n: number, due: number) => unknown): Promise<Paced> {
  const total = perSecond * seconds;
  const begin = performance.now();
  let senderBehind = 0;
  for (let n = 0; n < total; ) {
    const due = begin + (n * 1_000) / perSecond;
    const now = performance.now();
    if (now < due) {
      await new Promise((resolve) => setTimeout(resolve, due - now));
      continue;
    }
    senderBehind = Math.max(senderBehind, now - due);
    n += 1;
    if (send(n - 1, due) === false) return { sent: n, senderBehind };
    // Lets the answers in.
    if (n % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { sent: total, senderBehind };
}
