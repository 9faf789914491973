import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';

/** Owner and name of a run's repository. Throws ProviderError (refused) when they are not of that form. */
export function repositoryOf(run: Run): { owner: string; repo: string } {
  const match = /^([\w.-]+)\/([\w.-]+)$/.exec(run.repository);
  if (match === null) {
    throw new ProviderError(
      'github',
      'refused',
      `expected a repository "owner/name", found "${run.repository.slice(0, 80)}"`,
    );
  }
  return { owner: match[1] ?? '', repo: match[2] ?? '' };
}

/** GitHub's number of a run. Throws ProviderError (refused) when it is none. */
export function runIdOf(run: Run): number {
  const id = Number(run.runId);
  if (!Number.isSafeInteger(id) || id <= 0) {
    throw new ProviderError(
      'github',
      'refused',
      `expected the number of a workflow run, found "${run.runId.slice(0, 80)}"`,
    );
  }
  return id;
}
