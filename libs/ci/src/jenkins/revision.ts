import type { Run } from '@prunella/contracts';
import type { Begun } from './model.ts';

/** What the git plugin notes with a build. */
export interface Revision {
  sha: string;
  /** `refs/remotes/origin/main`, `main`; a commit without a branch is `detached`. */
  branches: string[];
  remotes: string[];
}

/**
 * The checkout of a build that its run is about: shared libraries are checked out in a build, too. That of the run's own commit, else that of the
 * run's repository, else the only one. Pure. undefined: Jenkins does not say, or it can't be told.
 */
export function revisionOf(
  build: Begun,
  { headSha, repository }: Pick<Run, 'headSha' | 'repository'>,
): Revision | undefined {
  const all = revisions(build);
  const ofCommit = all.find(({ sha }) => sha === headSha);
  const ofRepository = all.find(
    ({ remotes }) => repository !== '' && remotes.some((remote) => isOf(remote, repository)),
  );
  return ofCommit ?? ofRepository ?? (all.length === 1 ? all[0] : undefined);
}

/** The bare name of a branch that the git plugin names `refs/remotes/origin/main`, `origin/main` or `main`; empty: it is on none. Pure. */
export function branchName(name: string): string {
  const bare = name.replace(/^refs\/(?:remotes\/|heads\/|tags\/)/, '').replace(/^(?:origin|upstream)\//, '');
  return bare === 'detached' || bare === 'HEAD' ? '' : bare;
}

/** The commit on the same branch of the same remote in another build; undefined: it was built from something else. */
export function sameBranch(build: Begun, { branches, remotes }: Revision): string | undefined {
  return revisions(build).find(
    (other) =>
      other.remotes.some((remote) => remotes.includes(remote)) &&
      other.branches.some((branch) => branch !== 'detached' && branches.includes(branch)),
  )?.sha;
}

function revisions({ actions }: Begun): Revision[] {
  return actions.flatMap(({ lastBuiltRevision: last, remoteUrls }) =>
    last ? [{ sha: last.SHA1, branches: (last.branch ?? []).map(({ name }) => name), remotes: remoteUrls ?? [] }] : [],
  );
}

/** Whether a remote, `https://host/owner/name.git` or `git@host:owner/name`, is of `owner/name`. */
function isOf(remote: string, repository: string): boolean {
  const path = remote
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .toLowerCase();
  return ['/', ':'].some((before) => path.endsWith(`${before}${repository.toLowerCase()}`));
}
