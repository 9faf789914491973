import type { JsonBucket } from '@prunella/bus';
import type { ActionType, OutcomeObserved } from '@prunella/contracts';
import { type Clock, stableId } from '@prunella/core';
import { afterOutcome, askBreaker, type Breaker, type BreakerWord, closedBreaker, type Policy } from '@prunella/policy';
import { orderKey } from '../order.ts';

type Settings = Policy['breaker'];

/** One breaker for each action on each platform, shared by all replicas. */
export class Breakers {
  constructor(
    private readonly bucket: JsonBucket<Breaker>,
    private readonly clock: Clock,
  ) {}

  /** Asks for an order, which becomes the one that is tried where the breaker is half open. */
  async ask(action: ActionType, platform: string, key: string, settings: Settings): Promise<BreakerWord> {
    let word: BreakerWord = { allows: false, says: '' };
    await this.change(action, platform, (breaker) => {
      const now = this.clock.now();
      word = askBreaker(breaker, key, settings, now);
      return word.allows && word.trial && breaker.trial?.key !== key
        ? { ...breaker, trial: { key, at: now } }
        : breaker;
    });
    return word;
  }

  /** Learns what became of an action, also that its heal was taken back. The same outcome again changes nothing. */
  async hear(observed: OutcomeObserved, settings: Settings): Promise<void> {
    const { incidentId, run, action, outcome, observedAt } = observed;
    const key = orderKey(incidentId, run.attempt);
    const now = this.clock.now();
    const at = observedAt === undefined ? now : Date.parse(observedAt);
    const event = { key, outcome, at, reversal: observed.reverses !== '' };
    await this.change(action, run.platform, (breaker) => afterOutcome(breaker, event, settings, now));
  }

  private async change(action: ActionType, platform: string, next: (breaker: Breaker) => Breaker): Promise<void> {
    const place = stableId('breaker', action, platform);
    for (;;) {
      const entry = await this.bucket.get(place);
      const before = entry?.value ?? closedBreaker;
      const after = next(before);
      if (after === before) return;
      const revision =
        entry === undefined
          ? await this.bucket.create(place, after)
          : await this.bucket.update(place, after, entry.revision);
      if (revision !== undefined) return;
    }
  }
}
