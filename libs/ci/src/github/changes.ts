import type { Run } from '@prunella/contracts';
import type { GitHubClient } from './client.ts';
import { unlessMissing } from './errors.ts';
import { repositoryOf } from './ids.ts';

/** See `CiReader.changedFiles`. Needs `contents: read`. GitHub tells at most 300 files. */
export async function changedFiles(client: GitHubClient, run: Run, signal: AbortSignal): Promise<string[] | undefined> {
  if (run.headSha === '') return undefined;
  const target = { ...repositoryOf(run), request: { signal } };
  const repository = await unlessMissing('get repository', () => client.rest.repos.get(target));
  const base = repository?.data.default_branch;
  if (base === undefined) return undefined;
  const found =
    run.branch === base
      ? await unlessMissing('get commit', () => client.rest.repos.getCommit({ ...target, ref: run.headSha }))
      : await unlessMissing('compare commits', () =>
          client.rest.repos.compareCommitsWithBasehead({ ...target, basehead: `${base}...${run.headSha}` }),
        );
  return found?.data.files?.map(({ filename }) => filename);
}
