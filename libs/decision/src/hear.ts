import type { OutcomeObserved } from '@prunella/contracts';
import { isRerun, type Policy } from '@prunella/policy';
import type { Breakers } from './breakers.ts';
import { type Order, orderKey } from './order.ts';
import type { Records } from './records.ts';
import { hearOfWait, type Recoveries } from './recoveries.ts';
import type { Storms } from './storms.ts';

export interface HearDeps {
  readonly policy: Policy;
  breakers: Breakers;
  recoveries: Recoveries;
  storms: Storms;
  decisions: Records<Order>;
  /** When what has this key had its effect, in ms since the epoch; undefined: it had none. */
  begunAt(key: string): Promise<number | undefined>;
}

/** An action that does not help is given a rest; what heals in a storm lets others follow; waits that were too short get longer. */
export async function hearOutcome(outcome: OutcomeObserved, d: HearDeps): Promise<void> {
  await d.breakers.hear(outcome, d.policy.breaker);
  // That it came back later says nothing of the wait and the storm that were then.
  if (outcome.reverses !== '') return;
  await hearOfWait(outcome, d);
  if (isRerun(outcome.action) && outcome.fingerprint !== '') {
    const key = orderKey(outcome.incidentId, outcome.run.attempt);
    await d.storms.hear(outcome.fingerprint, key, outcome.outcome, d.policy.storm);
  }
}
