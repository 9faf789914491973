import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import { z } from 'zod';
import type { Review, ReviewNote } from '../platform.ts';
import { unlessMissing } from '../unless-missing.ts';
import { currentUser, type GitLabClient } from './client.ts';
import { mergeRequestOf, projectOf } from './ids.ts';

const ApiMergeRequest = z.object({
  iid: z.int(),
  state: z.string(),
  sha: z.string().nullish(),
  web_url: z.string(),
});
type ApiMergeRequest = z.infer<typeof ApiMergeRequest>;

const ApiNote = z.object({ id: z.int(), body: z.string(), system: z.boolean(), author: z.object({ id: z.int() }) });
const Written = z.object({ id: z.int() });

/** 5,000 notes: whoever talks so much finds the pipeline's page. */
const MOST_PAGES = 50;

/** Notes on merge requests. Needs `api` of somebody who may comment there. For the remediator only. */
export function gitlabReview(client: GitLabClient): Review {
  return {
    async note(run, note, signal) {
      const request = await openMergeRequest(client, run, signal);
      if (request === undefined) return undefined;
      const notes = `${projectOf(run)}/merge_requests/${request.iid}/notes`;
      const json = { body: textOf(note) };
      const old = await ownNote(client, notes, markerOf(note), signal);
      const { id } =
        old === undefined
          ? await client.post(Written, 'write a note', { path: notes, json }, signal)
          : await client.put(Written, 'rewrite a note', { path: `${notes}/${old}`, json }, signal);
      return `${request.web_url}#note_${id}`;
    },
  };
}

/** The open merge request that a run is about: its own, or else the one of its branch, rather for the same commit. */
async function openMergeRequest(
  client: GitLabClient,
  run: Run,
  signal: AbortSignal,
): Promise<ApiMergeRequest | undefined> {
  const project = projectOf(run);
  const own = mergeRequestOf(run.branch);
  if (own !== undefined) {
    const path = `${project}/merge_requests/${own.iid}`;
    const found = await unlessMissing(client.get(ApiMergeRequest, 'get merge request', path, signal));
    return found?.state === 'opened' ? found : undefined;
  }
  const lists = [
    ...(run.branch === ''
      ? []
      : [{ path: `${project}/merge_requests`, query: { state: 'opened', source_branch: run.branch } }]),
    // the commit of a merge request from a fork is on no branch of this project
    ...(run.headSha === ''
      ? []
      : [{ path: `${project}/repository/commits/${encodeURIComponent(run.headSha)}/merge_requests` }]),
  ];
  for (const list of lists) {
    const open = (await firstPage(client, list, signal)).filter(({ state }) => state === 'opened');
    const found = open.find(({ sha }) => sha === run.headSha) ?? open[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

async function firstPage(
  client: GitLabClient,
  list: { path: string; query?: Record<string, string> },
  signal: AbortSignal,
): Promise<ApiMergeRequest[]> {
  try {
    for await (const page of client.pages(ApiMergeRequest, 'find merge request', list, signal)) return page;
  } catch (error) {
    // GitLab no longer knows the commit
    if (!(error instanceof ProviderError) || error.problem !== 'not-found') throw error;
  }
  return [];
}

/** Our note with this marker; only our own: anybody can write the marker. */
async function ownNote(
  client: GitLabClient,
  path: string,
  marker: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const me = await currentUser(client, signal);
  const list = { path, query: { sort: 'asc', order_by: 'created_at' } };
  let pages = 0;
  for await (const page of client.pages(ApiNote, 'list notes', list, signal)) {
    const found = page.find(({ body, system, author }) => !system && author.id === me.id && body.startsWith(marker));
    if (found !== undefined) return found.id;
    if (++pages >= MOST_PAGES) {
      throw new ProviderError('gitlab', 'refused', 'the merge request has too many notes to find ours among them');
    }
  }
  return undefined;
}

function markerOf({ key }: ReviewNote): string {
  return `<!-- prunella:${key.replaceAll(/[^\w.-]/g, '_')} -->`;
}

const SIGNS = { healing: ':hourglass:', healed: ':white_check_mark:', open: ':warning:' } as const;

/** The note as GitLab stores it. Pure. */
export function textOf(note: ReviewNote): string {
  const title = `**${SIGNS[note.state]} ${note.title.replaceAll(/\s+/g, ' ').trim()}**`;
  return `${markerOf(note)}\n${title}\n\n${withoutCommands(note.body)}`;
}

/**
 * GitLab carries out lines such as `/merge` (quick actions). What we write partly comes from logs, so such a line gets a space without width in
 * front. A path (`/usr/bin`) is none.
 */
function withoutCommands(text: string): string {
  return text.replaceAll(/^([^\S\r\n]*)(?=\/[a-z_]+(?:\s|$))/gim, '$1\u200b');
}
