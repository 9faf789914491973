import type { Change, JsonBucket } from '@prunella/bus';
import { type Clock, messageOf } from '@prunella/core';
import type { Order } from '../order.ts';

/** Something to be done later, kept in KV: it survives every restart. */
export interface Timer {
  kind: 'act' | 'expire' | 'verify' | 'review' | 'undo';
  /** Milliseconds since the epoch. */
  dueAt: number;
  /** When to stop trying; milliseconds since the epoch. */
  giveUpAt: number;
  order: Order;
  /** How often it failed unexpectedly. */
  failures: number;
  /** It was due before, and a storm made it wait. */
  waited?: true;
  /** `undo`: what the effect did, and why it is taken back. */
  harm?: string;
}

/** What became of a timer: it is finished, or wants to be called again. */
export type Fired = 'done' | { againAt: number; waited?: true };

export interface TimerLog {
  failed(key: string, error: string, againAt: number): void;
}

const MOST_AT_A_TIME = 16;
/** Besides those: what is only said must not be in the way of what is done. */
const MOST_REVIEWS = 4;
/** So often everything is read anew: of several hundred changes at once a watch was seen to miss one (NATS 2.1x, kv 3.4). */
const READ_ALL_MS = 20_000;
/** setTimeout takes 31 bits; this is also how soon a changed clock is noticed. */
const LONGEST_SLEEP_MS = 60_000;

/**
 * Calls `fire` for each timer when it is due, in whichever replica comes first; `fire` must stand being called twice. A timer is
 * deleted only after `fire` said `done`.
 */
export class Timers {
  private readonly waiting = new Map<string, { timer: Timer; revision: number }>();
  private readonly firing = new Map<string, Promise<void>>();
  /** Revisions that were finished here, until the watch tells that they are gone. */
  private readonly ended = new Map<string, number>();
  private readonly stopped = new AbortController();
  private wakeup: NodeJS.Timeout | undefined;
  private reading: NodeJS.Timeout | undefined;

  constructor(
    private readonly bucket: JsonBucket<Timer>,
    private readonly clock: Clock,
    private readonly fire: (timer: Timer) => Promise<Fired>,
    private readonly log: TimerLog,
    private readonly readAllMs = READ_ALL_MS,
  ) {}

  /** Reads what is waiting and starts. */
  async start(): Promise<void> {
    await this.bucket.watch((change) => this.note(change), this.stopped.signal);
    this.reading = setInterval(() => void this.readAll(), this.readAllMs).unref();
  }

  /** Takes no new ones and waits for those that are being fired. */
  async stop(): Promise<void> {
    this.stopped.abort();
    clearTimeout(this.wakeup);
    clearInterval(this.reading);
    await Promise.all(this.firing.values());
  }

  /** Sets a timer. While the same one waits this changes nothing; after it fired, it fires once more, which `fire` must stand. */
  async set(timer: Timer): Promise<void> {
    const key = timerKey(timer);
    const revision = await this.bucket.create(key, timer);
    // Not left to the watch alone.
    if (revision !== undefined) this.note({ key, value: timer, revision });
  }

  /** The same, but while it waits or is just being fired, it fires once more after that, at its time. */
  async nudge(timer: Timer): Promise<void> {
    const key = timerKey(timer);
    for (;;) {
      const revision = await this.bucket.create(key, timer);
      if (revision !== undefined) return this.note({ key, value: timer, revision });
      const entry = await this.bucket.get(key);
      // a new revision of the same: whoever fires it right now can't finish it
      if (entry !== undefined && (await this.bucket.update(key, entry.value, entry.revision)) !== undefined) return;
    }
  }

  /** How many wait. */
  get size(): number {
    return this.waiting.size;
  }

  /** Finds what the watch did not tell. */
  private async readAll(): Promise<void> {
    // NATS is away: the next time.
    const entries = await this.bucket.entries().catch(() => []);
    for (const entry of entries) if (!this.waiting.has(entry.key)) this.note(entry);
  }

  private note({ key, value, revision }: Change<Timer>): void {
    if (value === undefined) {
      this.waiting.delete(key);
      this.ended.delete(key);
    } else {
      // What is told late is known better here.
      const known = Math.max(this.ended.get(key) ?? 0, this.waiting.get(key)?.revision ?? 0);
      if (revision <= known) return;
      this.waiting.set(key, { timer: value, revision });
    }
    this.wake();
  }

  private wake(): void {
    clearTimeout(this.wakeup);
    if (this.stopped.signal.aborted) return;
    const now = this.clock.now();
    let next = now + LONGEST_SLEEP_MS;
    for (const [key, { timer }] of this.waiting) {
      if (this.firing.has(key)) continue;
      if (timer.dueAt > now) next = Math.min(next, timer.dueAt);
      else if (this.hasRoomFor(timer)) this.begin(key);
    }
    this.wakeup = setTimeout(() => this.wake(), next - now);
  }

  private hasRoomFor({ kind }: Timer): boolean {
    const reviews = [...this.firing.keys()].filter((key) => key.endsWith('.review')).length;
    return kind === 'review' ? reviews < MOST_REVIEWS : this.firing.size - reviews < MOST_AT_A_TIME;
  }

  private begin(key: string): void {
    const work = this.run(key).finally(() => {
      this.firing.delete(key);
      this.wake();
    });
    this.firing.set(key, work);
  }

  private async run(key: string): Promise<void> {
    const entry = this.waiting.get(key);
    if (entry === undefined) return;
    const { timer, revision } = entry;
    try {
      const fired = await this.fire(timer);
      if (fired === 'done') await this.finish(key, revision);
      else {
        const { againAt: dueAt, ...change } = fired;
        await this.postpone(key, { ...timer, ...change, dueAt }, revision);
      }
    } catch (error) {
      const failures = timer.failures + 1;
      const againAt = this.clock.now() + Math.min(1_000 * 2 ** failures, 60_000);
      this.log.failed(key, messageOf(error), againAt);
      await this.postpone(key, { ...timer, dueAt: againAt, failures }, revision).catch(() => {
        // NATS is away: keep it in memory until the watch brings the truth back.
        this.waiting.set(key, { timer: { ...timer, dueAt: againAt, failures }, revision });
      });
    }
  }

  private async finish(key: string, revision: number): Promise<void> {
    // Before the watch can tell of it.
    this.ended.set(key, revision);
    if (await this.bucket.delete(key, revision)) this.waiting.delete(key);
    else this.ended.delete(key);
  }

  private async postpone(key: string, timer: Timer, revision: number): Promise<void> {
    const next = await this.bucket.update(key, timer, revision);
    // When another replica was faster, the watch tells what it did; until then it is not due again.
    if (this.waiting.get(key)?.revision === revision) this.waiting.set(key, { timer, revision: next ?? revision });
  }
}

function timerKey({ kind, order }: Timer): string {
  return `${order.key}.${kind}`;
}
