import type { JsonBucket } from '@prunella/bus';
import type { CiPlatform, Review } from '@prunella/ci';
import type { OutcomeObserved } from '@prunella/contracts';
import { type Clock, messageOf, ProviderError } from '@prunella/core';
import { type Policy, settingsFor } from '@prunella/policy';
import { acquire, type Claim } from '../act/claims.ts';
import type { Fired, Timer, Timers } from '../act/timers.ts';
import { type Order, orderKey } from '../order.ts';
import { noteOf } from './note.ts';
import { type Became, type Story, storyKey, withStep } from './story.ts';

const WRITE_TIMEOUT_MS = 20_000;
/** What can't be written for this long is not worth being written any more. */
const GIVE_UP_AFTER_MS = 6 * 3_600_000;

export interface ReviewDeps {
  stories: JsonBucket<Story>;
  claims: JsonBucket<Claim>;
  timers: Pick<Timers, 'nudge'>;
  platforms: readonly Pick<CiPlatform, 'id' | 'review'>[];
  policy(): Policy;
  clock: Clock;
  /** This process, in claims. */
  owner: string;
  /** Where all about an incident can be seen; undefined: nowhere that authors could reach. */
  link(incidentId: string): string | undefined;
  /** It could not be written, and is not tried any more until there is something new to say. */
  givenUp(order: Order, problem: string): void;
}

/**
 * Tells the author of a change what becomes of its failure, in one note that is updated in place. What is to be said is recorded, and written in
 * the background: a platform that does not take it can neither delay nor fail the healing.
 */
export class Reviews {
  /** Until when a platform wants to be left alone, in ms since the epoch. */
  private readonly quietUntil = new Map<string, number>();

  constructor(private readonly d: ReviewDeps) {}

  /** Records a step of an order, to be written soon. Told again, it changes nothing. */
  async heard(order: Order, became: Became): Promise<void> {
    if (this.reviewFor(order) === undefined) return;
    const key = storyKey(order.run);
    if ((await this.record(key, order, became)).said) return;
    const now = this.d.clock.now();
    const timer: Timer = {
      kind: 'review',
      dueAt: now,
      giveUpAt: now + GIVE_UP_AFTER_MS,
      order: { ...order, key },
      failures: 0,
    };
    await this.d.timers.nudge(timer);
  }

  /** Whether it helped. Of an order that is not the newest one of its branch it is not said any more. */
  async learn({ incidentId, run, outcome, reason }: OutcomeObserved): Promise<void> {
    const order = (await this.d.stories.get(storyKey(run)))?.value.order;
    if (order?.key !== orderKey(incidentId, run.attempt)) return;
    await this.heard(order, { kind: 'proven', outcome, reason });
  }

  /** What a timer of kind `review` does: writes the newest of the story, unless that was done. One process at a time. */
  async write({ order: { key }, giveUpAt }: Timer): Promise<Fired> {
    const { clock, stories, claims, owner } = this.d;
    const entry = await stories.get(key);
    if (entry === undefined || entry.value.said) return 'done';
    const { order } = entry.value;
    const review = this.reviewFor(order);
    if (review === undefined) return 'done';
    const quietUntil = this.quietUntil.get(order.run.platform) ?? 0;
    if (quietUntil > clock.now()) return { againAt: quietUntil };
    const acquired = await acquire(claims, `${key}.review`, owner, clock);
    if (acquired.kind === 'busy') return { againAt: acquired.untilMs };
    if (acquired.kind === 'done') return 'done';
    const { lease } = acquired;
    try {
      const signal = AbortSignal.any([lease.signal, AbortSignal.timeout(WRITE_TIMEOUT_MS)]);
      await review.note(order.run, noteOf(entry.value, this.d.link(order.incidentId)), signal);
    } catch (error) {
      return this.afterProblem(order, giveUpAt, error);
    } finally {
      await lease.abandon();
    }
    // What happened meanwhile is still to be said.
    const revision = await stories.update(key, { ...entry.value, said: true }, entry.revision);
    return revision === undefined ? { againAt: clock.now() } : 'done';
  }

  private afterProblem(order: Order, giveUpAt: number, error: unknown): Fired {
    const now = this.d.clock.now();
    const retryable = !(error instanceof ProviderError) || error.retryable;
    const waitMs = error instanceof ProviderError ? error.options.retryAfterMs : undefined;
    if (!retryable || now + (waitMs ?? 0) > giveUpAt) {
      this.d.givenUp(order, messageOf(error));
      return 'done';
    }
    // Without a wish of the platform the timer comes again, later each time.
    if (waitMs === undefined) throw error;
    this.quietUntil.set(order.run.platform, now + waitMs);
    return { againAt: now + waitMs };
  }

  private async record(key: string, order: Order, became: Became): Promise<Story> {
    const { stories } = this.d;
    for (;;) {
      const entry = await stories.get(key);
      const story = withStep(entry?.value, order, became);
      if (story === entry?.value) return story;
      const revision =
        entry === undefined ? await stories.create(key, story) : await stories.update(key, story, entry.revision);
      if (revision !== undefined) return story;
    }
  }

  /** undefined: nothing is said about this order. */
  private reviewFor({ run, action, verdict, cause }: Order): Review | undefined {
    if (verdict === 'observing' || action.type === 'none' || run.kind !== 'run' || run.runId === '') return undefined;
    const policy = this.d.policy();
    const about = { run, action: action.type, cause };
    if (!policy.review.comment || settingsFor(policy, about, this.d.clock.now()).mode.value === 'observe') {
      return undefined;
    }
    return this.d.platforms.find(({ id }) => id === run.platform)?.review;
  }
}
