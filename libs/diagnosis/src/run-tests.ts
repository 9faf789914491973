import type { FlakinessUpdated } from '@prunella/contracts';
import type { TestName } from '@prunella/test-history';

/** That a test is flaky is known because it failed and passed without a change. */
export interface FlakyProof {
  /** At so many commits. */
  proofs: number;
  /** ISO 8601. */
  lastProofAt: string;
}

/** A test that failed in the run. */
export interface FailedTest extends TestName {
  /** The job that reported it, as its platform calls it; empty: not said. */
  job: string;
  /** Absent: it is not known to be flaky. */
  known?: FlakyProof;
}

/** What test reports say of one attempt of a run. */
export interface RunTests {
  failed: readonly FailedTest[];
  /** Those that passed when their runner repeated them. */
  flaky: readonly TestName[];
  /** Whether all parts of all reports are there. */
  complete: boolean;
}

/** Once may be the platform's doing: a test that needs the network fails with it. */
const LEAST_PROOFS = 2;
/** Whether what is known of a test excuses a failure at a time (ms): it was proven often and lately enough, and is not broken by now. */
export function isProof(
  { proofs, lastProofAt, failing }: Pick<FlakinessUpdated, 'proofs' | 'lastProofAt' | 'failing'>,
  { at, withinMs }: { at: number; withinMs: number },
): boolean {
  return proofs >= LEAST_PROOFS && !failing && lastProofAt !== undefined && Date.parse(lastProofAt) >= at - withinMs;
}
