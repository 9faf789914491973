import type { ActionType, BreakerClosed, OutcomeObserved } from '@prunella/contracts';
import { type Clock, stableId } from '@prunella/core';
import {
  afterOutcome,
  askBreaker,
  type Breaker,
  type BreakerWord,
  closeBreaker,
  closedBreaker,
  type KeptBreaker,
  type Policy,
} from '@prunella/policy';
import { Changes } from './changes.ts';
import { orderKey } from './order.ts';
import type { Records } from './records.ts';

type Settings = Policy['breaker'];

/** One breaker for each action on each platform, shared by all replicas. */
export class Breakers {
  private readonly changes: Changes<KeptBreaker>;

  constructor(
    bucket: Records<KeptBreaker>,
    private readonly clock: Clock,
  ) {
    this.changes = new Changes(bucket);
  }

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

  /** A human closed the opening that they saw. False: it is not open, or opened anew since. The same closing again changes nothing. */
  async close({ action, platform, openedAt, by, reason, at }: BreakerClosed): Promise<boolean> {
    const opening = Date.parse(openedAt ?? '');
    const closedAt = at === undefined ? this.clock.now() : Date.parse(at);
    let closes = false;
    await this.change(action, platform, (breaker) => {
      const after = closeBreaker(breaker, { openedAt: opening, by, reason, at: closedAt });
      closes = after !== breaker;
      return after;
    });
    return closes;
  }

  private async change(action: ActionType, platform: string, next: (breaker: Breaker) => Breaker): Promise<void> {
    await this.changes.change(stableId('breaker', action, platform), (before) => {
      const breaker = before ?? closedBreaker;
      const after = next(breaker);
      return after === breaker ? before : { ...after, action, platform };
    });
  }
}
