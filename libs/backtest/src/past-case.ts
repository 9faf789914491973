import type { DiagnosisMade, OutcomeObserved } from '@prunella/contracts';
import type { Recorded } from './recorded.ts';

/** What reruns of the same commit say of a failure. */
export type Truth =
  /** It passed without a change of the code. */
  | { kind: 'passes'; says: string }
  /** It failed in the same way again. */
  | { kind: 'fails'; says: string }
  /** It failed again because of something in the code, which no rerun mends. */
  | { kind: 'defect'; says: string }
  | { kind: 'unknown'; why: WhyUnknown; says: string };

export type WhyUnknown = 'nobody-reran' | 'failed-differently' | 'something-else-was-done';

/** A failure of the past, whatever a policy makes of it. */
export interface PastCase {
  /** The order's key: incident and attempt. */
  key: string;
  diagnosis: DiagnosisMade;
  /** When it was diagnosed, in ms since the epoch. */
  at: number;
  /** How long what failed took, in ms; absent: nobody knows. */
  lastedMs?: number;
  /** What was decided then; absent: nothing is known of that. */
  recorded?: Recorded;
  truth: Truth;
  /** The run had another attempt that we did not begin. */
  overtaken: boolean;
  /** What was observed of the action that was taken then; a later word replaces an earlier one. */
  outcome?: OutcomeObserved;
}

/** What is told before anybody has run it again. */
export const NOBODY_RERAN: Truth = {
  kind: 'unknown',
  why: 'nobody-reran',
  says: 'nobody ran the same commit again, as far as is known',
};
