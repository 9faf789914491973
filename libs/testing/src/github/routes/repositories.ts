import { missing } from '../http.ts';
import { branchJson, changeJson, comparisonJson, fullRepositoryJson } from '../payloads.ts';
import type { GitHubWorld } from '../world.ts';
import type { Route } from './route.ts';

/** Repositories, their branches, and what commits change. A repository is there when it has runs, a commit when it has one. */
export function repositoryRoutes(world: GitHubWorld): readonly Route[] {
  const runOf = (repository: string, sha: string) =>
    world.runs.find((one) => one.repository === repository && one.headSha === sha);
  return [
    {
      method: 'GET',
      path: /^$/,
      answer: ({ repository: fullName }) =>
        world.runs.some(({ repository }) => repository === fullName)
          ? { status: 200, body: fullRepositoryJson(fullName, world.defaultBranch) }
          : missing,
    },
    {
      method: 'GET',
      path: /^branches\/(.+)$/,
      answer: ({ repository }, name = '') => {
        const sha = world.headOf(repository, name);
        return sha === undefined ? missing : { status: 200, body: branchJson(repository, name, sha) };
      },
    },
    {
      method: 'GET',
      path: /^commits\/([^/]+)$/,
      answer: ({ repository }, sha = '') => {
        const run = runOf(repository, sha);
        if (run === undefined) return missing;
        return { status: 200, body: changeJson(repository, sha, run.changedFiles ?? []) };
      },
    },
    {
      method: 'GET',
      path: /^compare\/(.+)\.\.\.([^/]+)$/,
      answer: ({ repository }, base = '', sha = '') => {
        const run = runOf(repository, sha);
        if (run === undefined || base !== world.defaultBranch) return missing;
        return { status: 200, body: comparisonJson(repository, base, sha, run.changedFiles ?? []) };
      },
    },
  ];
}
