import { randomUUID } from 'node:crypto';
import { type Clock, messageOf, outsideTraces } from '@prunella/core';
import type { Change, JsonBucket } from './kv.ts';

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
}

/** So many timers of one lane are fired at a time in one process. */
export interface Lane {
  name: string;
  most: number;
}

export interface TimerLog {
  failed(key: string, error: string, againAt: number): void;
}

const USUAL_LANE: Lane = { name: '', most: 16 };
const LEAVE_MS = 5_000;
/** So much of it differs between replicas, so that not all of the others try at once. */
const LEAVE_JITTER = 0.5;
/** How long a timer is left to who fires it and said so, or took it from another replica. */
const HELD_MS = 10_000;
/** Whoever fires one for longer says so no more: maybe it hangs, and another one does better. */
const SAYS_FOR_MS = 2 * 60_000;
/** How soon it is tried again to take a timer when NATS is away. */
const TAKE_AGAIN_MS = 2_000;
/** So often everything is read anew: of several hundred changes at once a watch was seen to miss one (NATS 2.1x, kv 3.4). */
const READ_ALL_MS = 20_000;
/** setTimeout takes 31 bits; this is also how soon a changed clock is noticed. */
const LONGEST_SLEEP_MS = 60_000;

interface Waiting<T> {
  timer: T;
  revision: number;
  /** When this replica would fire it, in ms since the epoch. */
  turnAt: number;
}

/**
 * Calls `fire` for each timer when it is due: in the replica that set it or fired it last, and when that one is late, dead or busy, in another one (ADR 0048). A timer is
 * deleted only after `fire` said `done`.
 */
export class Timers<T extends Scheduled> {
  private readonly me = randomUUID();
  private readonly waiting = new Map<string, Waiting<T>>();
  private readonly firing = new Map<string, { lane: string; work: Promise<void> }>();
  /** Revisions that were finished here, until the watch tells that they are gone. */
  private readonly ended = new Map<string, number>();
  private readonly stopped = new AbortController();
  /** All that was there was told. */
  private isStarted = false;
  private wakeup: NodeJS.Timeout | undefined;
  private waking: NodeJS.Immediate | undefined;
  private reading: NodeJS.Timeout | undefined;

  private readonly bucket: JsonBucket<T>;
  private readonly clock: Clock;
  private readonly leaveMs: number;

  constructor(private readonly options: TimersOptions<T>) {
    this.leaveMs = options.leaveMs ?? LEAVE_MS;
    this.bucket = options.bucket;
    this.clock = options.clock;
  }

  /** Reads what is waiting and starts. */
  async start(): Promise<void> {
    await this.bucket.watch((change) => this.note(change), this.stopped.signal);
    this.isStarted = true;
    this.reading = setInterval(() => void this.readAll(), this.options.readAllMs ?? READ_ALL_MS).unref();
  }

  /** Takes no new ones and waits for those that are being fired. */
  async stop(): Promise<void> {
    this.stopped.abort();
    clearTimeout(this.wakeup);
    clearImmediate(this.waking);
    clearInterval(this.reading);
    await Promise.all([...this.firing.values()].map(({ work }) => work));
  }

  /** Sets a timer. While the same one waits this changes nothing; after it fired, it fires once more, which `fire` must stand. */
  async set(timer: T): Promise<void> {
    await this.made(this.options.keyOf(timer), timer);
  }

  /** The same, but while it waits or is just being fired, it fires once more after that, at its time. */
  async nudge(timer: T): Promise<void> {
    const key = this.options.keyOf(timer);
    for (;;) {
      if (await this.made(key, timer)) return;
      const entry = await this.bucket.get(key);
      // a new revision of the same: whoever fires it right now can't finish it
      if (entry !== undefined && (await this.bucket.update(key, entry.value, entry.revision)) !== undefined) return;
    }
  }

  /** Whether one waits, as far as this process knows: what another one set it knows a moment later, or after `readAllMs` at most. */
  isWaiting(key: string): boolean {
    return this.waiting.has(key);
  }

  /** How many wait. */
  get size(): number {
    return this.waiting.size;
  }

  /** How late the one is that should have fired first, in ms; 0: none is late. */
  get overdueMs(): number {
    const now = this.clock.now();
    let most = 0;
    for (const { timer } of this.waiting.values()) most = Math.max(most, now - timer.dueAt);
    return most;
  }

  /** False: there is one. */
  private async made(key: string, timer: T): Promise<boolean> {
    const value = { ...timer, by: this.me };
    const revision = await this.bucket.create(key, value);
    // Not left to the watch alone.
    if (revision !== undefined) this.note({ key, value, revision });
    return revision !== undefined;
  }

  /** Finds what the watch did not tell. */
  private async readAll(): Promise<void> {
    // NATS is away: the next time.
    const entries = await this.bucket.entries().catch(() => []);
    for (const entry of entries) if (!this.waiting.has(entry.key)) this.note(entry);
  }

  private note({ key, value, revision }: Change<T>): void {
    if (value === undefined) {
      this.waiting.delete(key);
      this.ended.delete(key);
    } else {
      // What is told late is known better here.
      const known = Math.max(this.ended.get(key) ?? 0, this.waiting.get(key)?.revision ?? 0);
      if (revision <= known) return;
      this.keep(key, value, revision);
    }
    // Many changes come at once, and each time all of them are looked at.
    this.waking ??= setImmediate(() => this.wake());
  }

  private keep(key: string, timer: T, revision: number): void {
    this.waiting.set(key, { timer, revision, turnAt: this.turnOf(timer) });
  }

  private turnOf({ dueAt, by }: T): number {
    if (by === undefined || by === this.me) return dueAt;
    // Whoever set it was the only replica, and this is its next life; or all of them are late.
    if (!this.isStarted && dueAt <= this.clock.now()) return dueAt;
    return dueAt + this.leaveMs * (1 + Math.random() * LEAVE_JITTER);
  }

  private wake(): void {
    clearTimeout(this.wakeup);
    clearImmediate(this.waking);
    this.waking = undefined;
    if (this.stopped.signal.aborted) return;
    const now = this.clock.now();
    let next = now + LONGEST_SLEEP_MS;
    const ofOthers: string[] = [];
    for (const [key, { timer, turnAt }] of this.waiting) {
      if (this.firing.has(key)) continue;
      if (turnAt > now) next = Math.min(next, turnAt);
      else if (timer.by === this.me) this.beginIfFree(key, timer);
      else ofOthers.push(key);
    }
    // Who is behind with its own is no help.
    for (const key of ofOthers) {
      const entry = this.waiting.get(key);
      if (entry !== undefined) this.beginIfFree(key, entry.timer);
    }
    this.wakeup = setTimeout(() => this.wake(), next - now);
  }

  private beginIfFree(key: string, timer: T): void {
    const { name, most } = this.options.laneOf?.(timer) ?? USUAL_LANE;
    if (this.firingIn(name) < most) this.begin(key, name);
  }

  private firingIn(lane: string): number {
    return [...this.firing.values()].filter((one) => one.lane === lane).length;
  }

  private begin(key: string, lane: string): void {
    // Whoever set the last timer, or finished one, is not whose time has come.
    const work = outsideTraces(() => this.run(key)).finally(() => {
      this.firing.delete(key);
      this.wake();
    });
    this.firing.set(key, { lane, work });
  }

  private async run(key: string): Promise<void> {
    const taken = await this.taken(key);
    if (taken === undefined) return;
    const { timer, held } = taken;
    const stopSaying = this.options.leaseMs === undefined ? this.keepSaying(key, held) : () => Promise.resolve();
    try {
      const outcome = await this.options.fire(timer).finally(stopSaying);
      if (outcome === 'done') await this.finish(key, held.revision);
      else {
        const { againAt: dueAt, ...change } = outcome;
        await this.postpone(key, { ...timer, ...change, dueAt, failures: 0 }, held.revision);
      }
    } catch (error) {
      const failures = timer.failures + 1;
      const againAt = this.clock.now() + Math.min(1_000 * 2 ** failures, 60_000);
      this.options.log.failed(key, messageOf(error), againAt);
      const later = { ...timer, dueAt: againAt, failures };
      // NATS is away: keep it in memory until the watch brings the truth back.
      await this.postpone(key, later, held.revision).catch(() => this.keep(key, later, held.revision));
    }
  }

  /** The timer, when it is ours to fire; undefined: it is gone, or another replica has it. */
  private async taken(key: string): Promise<{ timer: T; held: Held } | undefined> {
    const entry = this.waiting.get(key);
    const { leaseMs } = this.options;
    if (entry === undefined) return undefined;
    const { timer, revision } = entry;
    if (leaseMs === undefined && timer.by === this.me) return { timer, held: { revision } };
    const forMs = typeof leaseMs === 'function' ? leaseMs(timer) : (leaseMs ?? HELD_MS);
    const held = { revision };
    try {
      if (await this.holds(key, { ...timer, dueAt: this.clock.now() + forMs }, held)) {
        return { timer: { ...timer, by: this.me }, held };
      }
      // Another one has it: the watch, or the next reading, tells what became of it.
      this.forget(key, revision);
      return undefined;
    } catch (error) {
      const againAt = this.clock.now() + TAKE_AGAIN_MS;
      this.options.log.failed(key, messageOf(error), againAt);
      this.keep(key, { ...timer, dueAt: againAt }, revision);
      return undefined;
    }
  }

  /** Whoever fires for long says so, before others take it. The returned function ends that. */
  private keepSaying(key: string, held: Held): () => Promise<void> {
    const until = this.clock.now() + SAYS_FOR_MS;
    let saying: Promise<unknown> = Promise.resolve();
    let timeout: NodeJS.Timeout;
    const say = () => {
      const timer = this.waiting.get(key)?.timer;
      const now = this.clock.now();
      if (timer === undefined || now > until) return;
      // NATS is away, or another one has it: what was fired ends as it would have.
      saying = this.holds(key, { ...timer, dueAt: now + HELD_MS }, held).catch(() => undefined);
      timeout = setTimeout(say, HELD_MS / 3).unref();
    };
    timeout = setTimeout(say, this.leaveMs / 2).unref();
    return async () => {
      clearTimeout(timeout);
      await saying;
    };
  }

  /** Writes down that this replica has it. False: another one was first. */
  private async holds(key: string, until: T, held: Held): Promise<boolean> {
    const mine = { ...until, by: this.me };
    const before = held.revision;
    const revision = await this.bucket.update(key, mine, before);
    if (revision === undefined) return false;
    held.revision = revision;
    if (this.waiting.get(key)?.revision === before) this.keep(key, mine, revision);
    return true;
  }

  private forget(key: string, revision: number): void {
    if (this.waiting.get(key)?.revision === revision) this.waiting.delete(key);
  }

  private async finish(key: string, revision: number): Promise<void> {
    // Before the watch can tell of it.
    this.ended.set(key, revision);
    if (await this.bucket.delete(key, revision)) this.waiting.delete(key);
    else this.ended.delete(key);
  }

  private async postpone(key: string, timer: T, revision: number): Promise<void> {
    const mine = { ...timer, by: this.me };
    const next = await this.bucket.update(key, mine, revision);
    // When another replica was faster, the watch tells what it did; until then it is not due again.
    if (this.waiting.get(key)?.revision === revision) this.keep(key, mine, next ?? revision);
  }
}

/** What stands in the bucket of a timer that this replica fires. */
interface Held {
  revision: number;
}
