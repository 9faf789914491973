import type { Answer } from '../../github/http.ts';
import { page } from '../lists.ts';
import type { GitLabMergeRequest } from '../model.ts';
import * as json from '../payloads.ts';
import type { GitLabWorld } from '../world.ts';
import { type Answers, begin, missing } from './answer.ts';

/** Merge requests and what is written there. */
export function mergeRequestAnswers(
  world: GitLabWorld,
): Answers<
  | 'commitMergeRequests'
  | 'mergeRequests'
  | 'mergeRequest'
  | 'notes'
  | 'createMergeRequestPipeline'
  | 'createNote'
  | 'updateNote'
> {
  return {
    commitMergeRequests: ({ query }, project, [, , sha]) => {
      if (!world.pipelinesOf(project).some((pipeline) => pipeline.sha === sha)) {
        return missing('404 Commit Not Found');
      }
      return page(
        world
          .mergeRequestsOf(project)
          .filter((one) => one.sha === sha)
          .map(json.mergeRequestJson),
        query,
      );
    },
    mergeRequests: ({ query }, project) => {
      const [state, branch] = [query.get('state') ?? 'all', query.get('source_branch')];
      const found = world
        .mergeRequestsOf(project)
        .filter((one) => state === 'all' || one.state === state)
        .filter((one) => branch === null || one.sourceBranch === branch);
      return page(found.map(json.mergeRequestJson), query);
    },
    mergeRequest: (_, project, [, iid]) =>
      ofMergeRequest(world, project, iid, (found) => ({ status: 200, body: json.mergeRequestJson(found) })),
    notes: ({ query }, project, [, iid]) =>
      ofMergeRequest(world, project, iid, (found) => {
        const notes = query.get('sort') === 'asc' ? found.notes : found.notes.toReversed();
        return page(
          notes.map((note) => json.noteJson(found, note)),
          query,
        );
      }),
    createMergeRequestPipeline: (_, project, [, iid]) =>
      ofMergeRequest(world, project, iid, ({ sha }) =>
        begin(world, { project, ref: `refs/merge-requests/${iid}/head`, sha, source: 'merge_request_event' }),
      ),
    createNote: ({ body }, project, [, iid]) =>
      ofMergeRequest(world, project, iid, (found) => {
        const note = world.addNote(found, (body as { body: string }).body, { authorId: world.user.id });
        world.effects.push(`${project}!${iid} note written`);
        return { status: 201, body: json.noteJson(found, note) };
      }),
    updateNote: ({ body }, project, [, iid, , id]) =>
      ofMergeRequest(world, project, iid, (found) => {
        const note = found.notes.find((one) => String(one.id) === id);
        if (note === undefined) return missing('404 Not found');
        if (note.authorId !== world.user.id) return { status: 403, body: { message: '403 Forbidden' } };
        note.body = (body as { body: string }).body;
        world.effects.push(`${project}!${iid} note rewritten`);
        return { status: 200, body: json.noteJson(found, note) };
      }),
  };
}

function ofMergeRequest(
  world: GitLabWorld,
  project: string,
  iid: string | undefined,
  act: (found: GitLabMergeRequest) => Answer,
): Answer {
  const found = world.mergeRequestsOf(project).find((one) => String(one.iid) === iid);
  return found === undefined ? missing('404 Not Found') : act(found);
}
