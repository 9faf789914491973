/** What stands for the owner of a fork that is gone. */
const GONE = 'unknown';

/**
 * A branch of a fork as GitHub writes it, `owner:branch`. Its owner calls it as they like, also `main`; no name of a branch has a colon (git-check-ref-format), so that this is no branch
 * of the repository itself, for whoever compares names. Pure.
 *
 * @param fork `owner/name`; undefined: it is gone.
 */
export function branchOfFork(fork: string | undefined, branch: string): string {
  return `${fork?.split('/')[0] || GONE}:${branch}`;
}

/** Whether a run's branch is one of a fork: whoever runs there may not even write to the repository. Pure. */
export function isOfFork({ branch }: { branch: string }): boolean {
  return branch.includes(':');
}
