import { type JsonBucket, type Lane, type Scheduled, type TimerLog, Timers as TimersInBucket } from '@prunella/bus';
import type { Clock } from '@prunella/core';
import type { Order } from '../order.ts';

/** Something to be done later about an order, kept in KV: it survives every restart. */
export interface Timer extends Scheduled {
  kind: 'act' | 'expire' | 'verify' | 'review' | 'undo';
  /** When to stop trying; milliseconds since the epoch. */
  giveUpAt: number;
  order: Order;
  /** It was due before, and a storm made it wait. */
  waited?: true;
  /** Since when it has been waiting for a dependency; milliseconds since the epoch. */
  heldSince?: number;
  /** `undo`: what the effect did, and why it is taken back. */
  harm?: string;
  /** Since when what was changed is rolled out, and only its effect is waited for; milliseconds since the epoch. */
  rolledOutAt?: number;
}

/** What became of a timer: it is finished, or wants to be called again. */
export type Fired =
  | 'done'
  | { againAt: number; giveUpAt?: number; waited?: true; heldSince?: number; rolledOutAt?: number };

const WORK: Lane = { name: 'work', most: 16 };
/** Besides those: what is only said must not be in the way of what is done. */
const REVIEWS: Lane = { name: 'reviews', most: 4 };

/** Calls `fire` for each timer when it is due, in whichever replica comes first; `fire` must stand being called twice. */
export class Timers extends TimersInBucket<Timer> {
  constructor(
    bucket: JsonBucket<Timer>,
    clock: Clock,
    fire: (timer: Timer) => Promise<Fired>,
    log: TimerLog,
    readAllMs?: number,
  ) {
    super({
      bucket,
      clock,
      keyOf: ({ kind, order }) => `${order.key}.${kind}`,
      laneOf: ({ kind }) => (kind === 'review' ? REVIEWS : WORK),
      fire,
      log,
      ...(readAllMs !== undefined && { readAllMs }),
    });
  }
}
