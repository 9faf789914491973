import type { Action, ActionType, DiagnosisMade, Run } from '@prunella/contracts';
import type { RunState, StartedRun } from '@prunella/core';
import type { Order } from '../order.ts';

/** What was done outside. */
export interface Effect {
  /** In a few words; empty: nothing was. */
  says: string;
  /** The run that it began, where that is a new one: what becomes of it belongs to the same incident. */
  started?: StartedRun;
  /** How long what failed took, in milliseconds, where that was seen: doing it again is expected to cost as much. */
  lastedMs?: number;
}

/** What is seen at the target right before acting. */
export type Look =
  /** Act now. `run`: as it was seen, where the action has use for that. */
  | { kind: 'ready'; run?: RunState }
  /** The effect is there already: our own call before a crash. */
  | { kind: 'done'; effect: Effect }
  /** The world moved on: nothing is to be done any more. */
  | { kind: 'superseded'; reason: string }
  /** It can't be done to this target, and that is for a human to know. */
  | { kind: 'refused'; reason: string }
  /** Not now; look again after `afterMs`. */
  | { kind: 'later'; afterMs: number; reason: string };

/** Whether the effect helped, where no later event will tell. */
export type Proof =
  | { kind: 'pending'; afterMs: number }
  | { kind: 'healed' | 'ineffective' | 'harmful' | 'inconclusive'; reason: string };

/**
 * Something that can be done about a failure. One folder each, registered in index.ts.
 * All methods throw ProviderError only.
 */
export interface ActionPlugin {
  readonly types: readonly ActionType[];
  /** What the action needs to know and stands in the diagnosis, kept with its parameters. Pure. Absent: nothing. */
  about?(diagnosis: DiagnosisMade): Action['parameters'];
  /** Why this action can't be done for this run here, in a few words; undefined: it can. */
  unsupported(run: Run, action: Action): string | undefined;
  /**
   * What the target looks like at the decision, kept with the action's parameters, so that `look` notices when somebody else changed it since.
   * Absent: the run itself says enough.
   */
  pin?(run: Run, signal: AbortSignal): Promise<Action['parameters']>;
  /** How long what failed took, in milliseconds, for what doing it again costs; undefined: not known. Absent: the action costs no runner time. */
  lastedMs?(run: Run, signal: AbortSignal): Promise<number | undefined>;
  /** How long the platform's own view may lag behind a call that was cut off, in milliseconds. */
  readonly settleMs: number;
  /**
   * Looks at the target, changing nothing.
   *
   * @param actingSince an earlier attempt was cut off after its call may have been sent, at this time (ms since the epoch); undefined: there was none.
   */
  look(order: Order, actingSince: number | undefined, signal: AbortSignal): Promise<Look>;
  /**
   * Brings the effect about. Called once per order, except after an error of which it is not known whether it acted.
   *
   * @param seen the run as `look` gave it right before.
   */
  execute(order: Order, signal: AbortSignal, seen?: RunState): Promise<Effect>;
  /**
   * Whether the effect helped. Absent, or undefined: a later event proves it (the rerun's conclusion), and nothing is to be asked here again.
   *
   * @param done what was recorded of the effect.
   */
  prove?(order: Order, done: Effect, signal: AbortSignal): Promise<Proof | undefined>;
  /**
   * Takes the effect back, once, where `prove` says that it did harm. Absent: it can't be. The order has the key of its own that `undoKey` gives;
   * the rest is as above.
   */
  readonly undo?: Pick<ActionPlugin, 'look' | 'execute'>;
  /** How long a proof may take, in milliseconds; then it is inconclusive. Default: 15 minutes. */
  readonly proveWithinMs?: number;
}

const UNDO = '.undo';

/** The key under which the effect of an order is taken back. */
export function undoKey(key: string): string {
  return `${key}${UNDO}`;
}

/** The key of the order whose effect is taken back under this key. */
export function undoneKey(key: string): string {
  return key.slice(0, -UNDO.length);
}
