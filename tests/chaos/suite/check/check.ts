import type { Ledger } from '../ledger/ledger.ts';
import type { Promised } from '../load/promised.ts';

/** One thing that has to hold, whatever went wrong. Pure: the same ledger, the same answer. */
export interface Check {
  id: string;
  /** What has to hold, in one sentence. */
  says: string;
  /**
   * `always`: once it is broken it stays so. `eventually`: it may be broken until all that is under way has come to its end; it is asked again for a while.
   */
  when: 'always' | 'eventually';
  /** What breaks it, a line each; empty: it holds. */
  broken(ledger: Ledger, promised: Promised): string[];
}

export interface Violation {
  check: string;
  says: string;
}
