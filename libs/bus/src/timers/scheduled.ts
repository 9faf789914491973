import type { Clock, Random } from '@prunella/core';
import type { JsonBucket } from '../kv.ts';

/** What is kept of something that is to be done later: it survives every restart. */
export interface Scheduled {
  /** Milliseconds since the epoch. */
  dueAt: number;
  /** How often in a row it failed unexpectedly. */
  failures: number;
  /** The replica that fires it when it is due; the others do when that one does not. Written by `Timers`. Absent: whoever comes first. */
  by?: string;
}

/** What became of a timer: it is finished, or wants to be called again, with these changes. */
export type TimerOutcome<T extends Scheduled> = 'done' | ({ againAt: number } & Partial<Omit<T, keyof Scheduled>>);

export interface TimersOptions<T extends Scheduled> {
  bucket: JsonBucket<T>;
  clock: Clock;
  /** Where a timer is kept. */
  keyOf(timer: T): string;
  /** Must stand being called twice for the same timer. */
  fire(timer: T): Promise<TimerOutcome<T>>;
  log: TimerLog;
  /**
   * With it only one replica fires a timer at a time, whatever happens: it takes the timer for so long, in milliseconds, by a write before, and when it does not
   * come back another one may. Without it that write is spared, and a replica that others take for dead may fire while they do: `fire` has to stand it.
   */
  leaseMs?: number | ((timer: T) => number);
  /** Timers that must not be in each other's way are in different lanes. Default: all in one, 16 at a time. */
  laneOf?(timer: T): Lane;
  /** How often everything is read anew. Default: 20 s. */
  readAllMs?: number;
  /** How late a timer must be before another replica than its own takes it, in milliseconds; what is late already when this one starts is not left. Default: 5 s, up to 7.5 s. */
  leaveMs?: number;
  /** How long the mark of a finished timer stands, for replicas whose watch was cut off meanwhile. Default: 1 min. */
  marksMs?: number;
  /** Default: `Math.random`. */
  random?: Random;
}

/** So many timers of one lane are fired at a time in one process. */
export interface Lane {
  name: string;
  most: number;
}

export interface TimerLog {
  failed(key: string, error: string, againAt: number): void;
}
