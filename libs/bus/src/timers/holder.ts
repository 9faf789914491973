import { type Clock, messageOf } from '@prunella/core';
import type { KnownTimers } from './known.ts';
import type { Scheduled, TimersOptions } from './scheduled.ts';

/** What stands in the bucket of a timer that this replica fires. */
export interface Held<T> {
  timer: T;
  revision: number;
}

/** How long a timer is left to who fires it and said so, or took it from another replica. */
const HELD_MS = 10_000;
/** Whoever fires one for longer says so no more: maybe it hangs, and another one does better. */
const SAYS_FOR_MS = 2 * 60_000;
/** How soon it is tried again to take a timer when NATS is away. */
const TAKE_AGAIN_MS = 2_000;

/** Sees to it that others leave a timer to this replica while it fires it (ADR 0048). */
export class TimerHolder<T extends Scheduled> {
  private readonly clock: Clock;

  constructor(
    private readonly me: string,
    private readonly known: KnownTimers<T>,
    private readonly options: TimersOptions<T>,
    private readonly leaveMs: number,
  ) {
    this.clock = options.clock;
  }

  /** The timer, when it is ours to fire; undefined: it is gone, or another replica has it. */
  async take(key: string): Promise<Held<T> | undefined> {
    const entry = this.known.get(key);
    const { leaseMs, log } = this.options;
    if (entry === undefined) return undefined;
    const { timer, revision } = entry;
    if (leaseMs === undefined && timer.by === this.me) return { timer, revision };
    const forMs = typeof leaseMs === 'function' ? leaseMs(timer) : (leaseMs ?? HELD_MS);
    const held = { timer: { ...timer, by: this.me }, revision };
    try {
      if (await this.hold(key, held, forMs)) return held;
      // Another one has it: the watch, or the next reading, tells what became of it.
      this.known.forget(key, revision);
    } catch (error) {
      const againAt = this.clock.now() + TAKE_AGAIN_MS;
      log.failed(key, messageOf(error), againAt);
      this.known.keep(key, { ...timer, dueAt: againAt }, revision);
    }
    return undefined;
  }

  /** Whoever fires for long says so, before others take it. The returned function ends that, and resolves when it is known how the last time went. */
  keepSaying(key: string, held: Held<T>): () => Promise<void> {
    // Its lease says it.
    if (this.options.leaseMs !== undefined) return () => Promise.resolve();
    const until = this.clock.now() + SAYS_FOR_MS;
    let saying: Promise<unknown> = Promise.resolve();
    let timeout: NodeJS.Timeout;
    const say = () => {
      if (this.known.get(key) === undefined || this.clock.now() > until) return;
      // NATS is away, or another one has it: what was fired ends as it would have.
      saying = this.hold(key, held, HELD_MS).catch(() => undefined);
      timeout = setTimeout(say, HELD_MS / 3).unref();
    };
    timeout = setTimeout(say, this.leaveMs / 2).unref();
    return async () => {
      clearTimeout(timeout);
      await saying;
    };
  }

  /** Writes down that this replica has it. False: another one was first. */
  private async hold(key: string, held: Held<T>, forMs: number): Promise<boolean> {
    const mine = { ...held.timer, dueAt: this.clock.now() + forMs };
    const before = held.revision;
    const revision = await this.options.bucket.update(key, mine, before);
    if (revision === undefined) return false;
    held.revision = revision;
    if (this.known.get(key)?.revision === before) this.known.keep(key, mine, revision);
    return true;
  }
}
