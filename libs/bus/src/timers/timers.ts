import { randomUUID } from 'node:crypto';
import { type Clock, messageOf, outsideTraces, type Random } from '@prunella/core';
import { ForeignValue } from '../errors.ts';
import type { Change, JsonBucket } from '../kv.ts';
import { type Held, TimerHolder } from './holder.ts';
import { KnownTimers } from './known.ts';
import type { Lane, Scheduled, TimersOptions } from './scheduled.ts';

const USUAL_LANE: Lane = { name: '', most: 16 };
const LEAVE_MS = 5_000;
/** So much of it differs between replicas, so that not all of the others try at once. */
const LEAVE_JITTER = 0.5;
/** So often everything is read anew: of several hundred changes at once a watch was seen to miss one (NATS 2.1x, kv 3.4). */
const READ_ALL_MS = 20_000;
/** Some readings of everything: whoever missed the mark finds out by one of them. */
const MARKS_MS = 60_000;
/** setTimeout takes 31 bits; this is also how soon a changed clock is noticed. */
const LONGEST_SLEEP_MS = 60_000;

/**
 * Calls `fire` for each timer when it is due: in the replica that set it or fired it last, and when that one is late, dead or busy, in another one (ADR 0048). A timer is
 * deleted only after `fire` said `done`.
 */
export class Timers<T extends Scheduled> {
  private readonly me = randomUUID();
  private readonly known = new KnownTimers<T>((timer) => this.turnOf(timer));
  private readonly firing = new Map<string, { lane: string; work: Promise<void> }>();
  private readonly stopped = new AbortController();
  /** All that was there was told. */
  private isStarted = false;
  private wakeup: NodeJS.Timeout | undefined;
  private waking: NodeJS.Immediate | undefined;
  private reading: NodeJS.Timeout | undefined;

  private readonly bucket: JsonBucket<T>;
  private readonly clock: Clock;
  private readonly leaveMs: number;
  private readonly random: Random;
  private readonly holder: TimerHolder<T>;

  constructor(private readonly options: TimersOptions<T>) {
    this.leaveMs = options.leaveMs ?? LEAVE_MS;
    this.bucket = options.bucket;
    this.clock = options.clock;
    this.random = options.random ?? Math.random;
    this.holder = new TimerHolder(this.me, this.known, options, this.leaveMs);
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
    return this.known.get(key) !== undefined;
  }

  /** How many wait. */
  get size(): number {
    return this.known.size;
  }

  /** How late the one is that should have fired first, in ms; 0: none is late. */
  get overdueMs(): number {
    const now = this.clock.now();
    let most = 0;
    for (const [, { timer }] of this.known) most = Math.max(most, now - timer.dueAt);
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

  /** Finds what the watch did not tell, and clears away what is over: a bucket of timers holds what waits, and not all that ever did. */
  private async readAll(): Promise<void> {
    const before = this.known.revisions();
    const entries = await this.bucket.tidied(this.options.marksMs ?? MARKS_MS).catch(() => undefined);
    // NATS is away: the next time.
    if (entries === undefined) return;
    for (const entry of entries) this.note(entry);
    for (const [key, revision] of this.known.missingIn(entries, before)) {
      if (await this.isGone(key)) this.known.forget(key, revision);
    }
  }

  /** What was read may come from a server that is behind; a key is read from the one that leads. */
  private async isGone(key: string): Promise<boolean> {
    try {
      return (await this.bucket.get(key)) === undefined;
    } catch (error) {
      return error instanceof ForeignValue;
    }
  }

  private note(change: Change<T>): void {
    // Many changes come at once, and each time all of them are looked at.
    if (this.known.note(change)) this.waking ??= setImmediate(() => this.wake());
  }

  private turnOf({ dueAt, by }: T): number {
    if (by === undefined || by === this.me) return dueAt;
    // Whoever set it was the only replica, and this is its next life; or all of them are late.
    if (!this.isStarted && dueAt <= this.clock.now()) return dueAt;
    return dueAt + this.leaveMs * (1 + this.random() * LEAVE_JITTER);
  }

  private wake(): void {
    clearTimeout(this.wakeup);
    clearImmediate(this.waking);
    this.waking = undefined;
    if (this.stopped.signal.aborted) return;
    const now = this.clock.now();
    let next = now + LONGEST_SLEEP_MS;
    const ofOthers: string[] = [];
    for (const [key, { timer, turnAt }] of this.known) {
      if (this.firing.has(key)) continue;
      if (turnAt > now) next = Math.min(next, turnAt);
      else if (timer.by === this.me) this.beginIfFree(key, timer);
      else ofOthers.push(key);
    }
    // Who is behind with its own is no help.
    for (const key of ofOthers) {
      const entry = this.known.get(key);
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
    const held = await this.holder.take(key);
    if (held === undefined) return;
    const { timer } = held;
    const stopSaying = this.holder.keepSaying(key, held);
    try {
      const outcome = await this.options.fire(timer).finally(stopSaying);
      if (outcome === 'done') await this.finish(key, held);
      else {
        const { againAt: dueAt, ...change } = outcome;
        await this.postpone(key, { ...timer, ...change, dueAt, failures: 0 }, held);
      }
    } catch (error) {
      const failures = timer.failures + 1;
      const againAt = this.clock.now() + Math.min(1_000 * 2 ** failures, 60_000);
      this.options.log.failed(key, messageOf(error), againAt);
      const later = { ...timer, dueAt: againAt, failures };
      // NATS is away: keep it in memory until the watch brings the truth back.
      await this.postpone(key, later, held).catch(() => this.known.keep(key, later, held.revision));
    }
  }

  private async finish(key: string, { revision }: Held<T>): Promise<void> {
    // Before the watch can tell of it.
    this.known.ending(key, revision);
    // When another replica was faster, the watch, or the next reading, tells what it did; what is known here is over in any case.
    if (!(await this.bucket.delete(key, revision))) this.known.notEnded(key);
    this.known.forget(key, revision);
  }

  private async postpone(key: string, timer: T, { revision }: Held<T>): Promise<void> {
    const mine = { ...timer, by: this.me };
    const next = await this.bucket.update(key, mine, revision);
    // When another replica was faster, the watch tells what it did; until then it is not due again.
    if (this.known.get(key)?.revision === revision) this.known.keep(key, mine, next ?? revision);
  }
}
