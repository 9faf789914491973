import { page } from '../lists.ts';
import * as json from '../payloads.ts';
import type { GitLabWorld } from '../world.ts';
import { type Answers, missing } from './answer.ts';

/** Projects, what is in their repositories, and who asks. */
export function projectAnswers(
  world: GitLabWorld,
): Answers<'self' | 'user' | 'project' | 'branch' | 'compare' | 'commitDiff'> {
  return {
    self: () =>
      world.scopes === undefined
        ? missing('404 Not Found')
        : { status: 200, body: json.tokenJson(world.user.id, world.scopes, world.tokenEnds) },
    user: () => ({ status: 200, body: json.currentUserJson(world.user.id, world.user.username) }),
    project: (_, project) =>
      world.pipelinesOf(project).length > 0
        ? { status: 200, body: json.projectJson(project, world.defaultBranch) }
        : missing('404 Project Not Found'),
    branch: (_, project, [, , name = '']) => {
      const sha = world.branches.get(`${project}:${name}`);
      return sha === undefined ? missing('404 Branch Not Found') : { status: 200, body: json.branchJson(name, sha) };
    },
    compare: ({ query }, _project) => {
      const files = world.changes.get(query.get('to') ?? '');
      return files === undefined
        ? missing('404 Ref Not Found')
        : { status: 200, body: json.comparisonJson(query.get('to') ?? '', files) };
    },
    commitDiff: ({ query }, _project, [, , sha = '']) => {
      const files = world.changes.get(sha);
      return files === undefined ? missing('404 Commit Not Found') : page(files.map(json.diffJson), query);
    },
  };
}
