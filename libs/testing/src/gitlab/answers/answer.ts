import type { Answer } from '../../github/http.ts';
import type { Asked, EndpointName } from '../contract.ts';
import type { GitLabPipeline, NewGitLabPipeline } from '../model.ts';
import * as json from '../payloads.ts';
import type { GitLabWorld } from '../world.ts';

/** What is answered by some endpoints; `rest` are the segments of the path after the project. */
export type Answers<Names extends EndpointName> = Record<
  Names,
  (asked: Asked, project: string, rest: string[]) => Answer
>;

export function missing(message: string): Answer {
  return { status: 404, body: { message } };
}

export function ofPipeline(
  world: GitLabWorld,
  project: string,
  id: string | undefined,
  act: (found: GitLabPipeline) => Answer,
): Answer {
  const found = world.pipelinesOf(project).find((one) => String(one.id) === id);
  return found === undefined ? missing('404 Pipeline Not Found') : act(found);
}

/** A pipeline that was asked for: it waits for a runner. */
export function begin(world: GitLabWorld, pipeline: NewGitLabPipeline): Answer {
  const begun = world.addPipeline({
    status: 'pending',
    username: world.user.username,
    createdAt: new Date().toISOString(),
    jobs: [{ name: 'build', status: 'pending' }],
    began: false,
    ...pipeline,
  });
  world.effects.push(`${begun.project}#${begun.id} begun`);
  return { status: 201, body: json.pipelineJson(begun) };
}
