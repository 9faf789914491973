import { domainOf } from '@prunella/core';
import type { Candidate } from './candidate.ts';
import type { Proposal } from './proposal.ts';

/**
 * What forbids a rerun of the whole run although the best cause would allow it: another job that failed for a reason
 * in the code. Rerunning would burn minutes and hide that failure behind a second red run.
 */
export function vetoesOf(best: Candidate, proposals: readonly Proposal[]): string[] {
  // A delivery is put back, not rerun; a cause in the code is left to people anyway.
  if (!['platform', 'test'].includes(domainOf(best.cause))) return [];
  return proposals.flatMap(({ job, candidates }) => {
    const [first] = candidates.toSorted((a, b) => b.confidence - a.confidence);
    if (job === undefined || first === undefined || domainOf(first.cause) !== 'code') return [];
    return [`code-failure-in-run: job "${job}" failed with ${first.cause}`];
  });
}
