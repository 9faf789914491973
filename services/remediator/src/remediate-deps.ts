import type { Clock } from '@prunella/core';
import type { DependencyDeps, Storms } from '@prunella/decision';
import type { CarryOutDeps } from './act/carry-out.ts';
import type { Timers } from './act/timers.ts';
import type { Proof } from './actions/action.ts';
import type { Actions } from './actions/index.ts';
import type { Questions } from './approve/questions.ts';
import type { DecideDeps } from './decide/decide.ts';
import type { Order } from './order.ts';
import type { Reporter } from './report.ts';
import type { Verified } from './verify/by-metrics.ts';

/** What a diagnosis needs on its way from the decision to the proof. */
export interface RemediateDeps extends DecideDeps, CarryOutDeps, DependencyDeps {
  clock: Clock;
  actions: Actions;
  timers: Pick<Timers, 'set'>;
  storms: Storms;
  reporter: Reporter;
  questions: Pick<Questions, 'changed'>;
  /** Whether there is anybody to tell: a chat, or whatever else is configured. */
  isHeard: boolean;
  /** What an action's own proof is worth by the metrics of what it healed. */
  verified(order: Order, proof: Proof, rolledOutAt: number | undefined, signal: AbortSignal): Promise<Verified>;
}
