import type { Candidate } from './candidate.ts';

/** What speaks about one job, or about the run as a whole when `job` is undefined. */
export interface Proposal {
  job: string | undefined;
  candidates: readonly Candidate[];
}
