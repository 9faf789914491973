import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';

/** Owner and name of a run's repository. Throws ProviderError (refused) when they are not of that form. */
export function repositoryOf(run: Run): { owner: string; repo: string } {
  return ownerAndName(run.repository);
}

/** The parts of `owner/name`; `.` and `..` would lead to another address of the API. Throws ProviderError (refused) when it is not of that form. */
export function ownerAndName(repository: string): { owner: string; repo: string } {
  const match = /^(?!\.{1,2}\/)([\w.-]+)\/(?!\.{1,2}$)([\w.-]+)$/.exec(repository);
  if (match === null) {
    throw new ProviderError(
      'github',
      'refused',
      `expected a repository "owner/name", found "${repository.slice(0, 80)}"`,
    );
  }
  return { owner: match[1] ?? '', repo: match[2] ?? '' };
}

/** GitHub's number of a run. Throws ProviderError (refused) when it is none. */
export function runIdOf(run: Run): number {
  return numberOf(run.runId, 'a workflow run');
}

/** Throws ProviderError (refused) when it is none. @param of what it is the number of, for people. */
export function numberOf(id: string, of: string): number {
  const number = Number(id);
  if (!Number.isSafeInteger(number) || number <= 0) {
    throw new ProviderError('github', 'refused', `expected the number of ${of}, found "${id.slice(0, 80)}"`);
  }
  return number;
}
