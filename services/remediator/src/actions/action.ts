import type { Action, ActionType, Run } from '@prunella/contracts';
import type { Order } from '../order.ts';

/** What is seen at the target right before acting. */
export type Look =
  /** Act now. */
  | { kind: 'ready' }
  /** The effect is there already: our own call before a crash. */
  | { kind: 'done'; effect: string }
  /** The world moved on: nothing is to be done any more. */
  | { kind: 'superseded'; reason: string }
  /** It can't be done to this target, and that is for a human to know. */
  | { kind: 'refused'; reason: string }
  /** Not now; look again after `afterMs`. */
  | { kind: 'later'; afterMs: number; reason: string };

/** Whether the effect helped, where no later event will tell. */
export type Proof =
  | { kind: 'pending'; afterMs: number }
  | { kind: 'healed' | 'ineffective' | 'inconclusive'; reason: string };

/**
 * Something that can be done about a failure. One folder each, registered in index.ts.
 * All methods throw ProviderError only.
 */
export interface ActionPlugin {
  readonly types: readonly ActionType[];
  /** Why it can't be done for this run here, in a few words; undefined: it can. */
  unsupported(run: Run): string | undefined;
  /**
   * What the target looks like at the decision, kept with the action's parameters, so that `look` notices when somebody else changed it since.
   * Absent: the run itself says enough.
   */
  pin?(run: Run, signal: AbortSignal): Promise<Action['parameters']>;
  /** How long the platform's own view may lag behind a call that was cut off, in milliseconds. */
  readonly settleMs: number;
  /**
   * Looks at the target, changing nothing. `mayHaveActed`: an earlier attempt was cut off after its call may have been sent.
   */
  look(order: Order, mayHaveActed: boolean, signal: AbortSignal): Promise<Look>;
  /** Brings the effect about and says in a few words what was done. Called once per order, except after an error of which it is not known whether it acted. */
  execute(order: Order, signal: AbortSignal): Promise<string>;
  /** Absent: a later event proves it (the rerun's conclusion). */
  prove?(order: Order, signal: AbortSignal): Promise<Proof>;
}
