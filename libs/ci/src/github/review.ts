import type { Run } from '@prunella/contracts';
import type { Review, ReviewNote } from '../platform.ts';
import { ONCE } from './ask-again.ts';
import type { GitHubClient } from './client.ts';
import type { Connection } from './connection.ts';
import { provided, unlessMissing } from './errors.ts';
import { repositoryOf, runIdOf } from './ids.ts';

const PER_PAGE = 100;
/** GitHub shows the comments of a pull request in pages of 100; one with more than 10,000 of them is not read to its end. */
const MOST_PAGES = 100;

type Place = ReturnType<typeof repositoryOf>;

/** One comment for each pull request and key, replaced in place. Needs `pull_requests: write`. For the remediator only. */
export function githubReview({ client, login }: Connection): Review {
  return {
    async note(run, note, signal) {
      const place = repositoryOf(run);
      let url: string | undefined;
      for (const number of await pullsOf(client, run, signal)) {
        const ours = await login(place, signal);
        url = await say({ client, place, number, ours, note, signal });
      }
      return url;
    },
  };
}

/**
 * The open pull requests of the branch that was run. Looked for by their head, not by the commit: of what belongs to a commit GitHub does not
 * tell pull requests from forks.
 */
async function pullsOf(client: GitHubClient, run: Run, signal: AbortSignal): Promise<number[]> {
  const place = repositoryOf(run);
  const found = await unlessMissing('get workflow run', () =>
    client.rest.actions.getWorkflowRun({ ...place, run_id: runIdOf(run), request: { signal } }),
  );
  const { head_repository: head, head_branch: branch } = found?.data ?? {};
  // the fork is gone, or it was a tag
  if (!head || !branch) return [];
  const { data } = await provided('list pull requests', () =>
    client.rest.pulls.list({
      ...{ ...place, state: 'open', head: `${head.full_name.split('/')[0]}:${branch}`, per_page: PER_PAGE },
      request: { signal },
    }),
  );
  return data.filter((pull) => pull.head.repo?.full_name === head.full_name).map(({ number }) => number);
}

interface Saying {
  client: GitHubClient;
  place: Place;
  /** Of the pull request. */
  number: number;
  /** Who we are there; undefined: nobody knows. */
  ours: string | undefined;
  note: ReviewNote;
  signal: AbortSignal;
}

async function say(saying: Saying): Promise<string> {
  const { client, place, number, note, signal } = saying;
  const { issues } = client.rest;
  const body = `${marker(note)}\n### ${note.title}\n\n${note.body}\n`;
  const before = await find(saying);
  if (before?.body === body) return before.html_url;
  const request = { signal, ...ONCE };
  return await provided(`comment on pull request ${number}`, async () => {
    const { data } =
      before === undefined
        ? await issues.createComment({ ...place, issue_number: number, body, request })
        : await issues.updateComment({ ...place, comment_id: Number(before.id), body, request });
    return data.html_url;
  });
}

/** Our comment with this key. What others wrote is theirs, whatever marker they put in. */
async function find({ client, place, number, ours, note, signal }: Saying) {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { data } = await provided('list comments', () =>
      client.rest.issues.listComments({
        ...place,
        issue_number: number,
        per_page: PER_PAGE,
        page,
        request: { signal },
      }),
    );
    const found = data.find(({ body, user }) => body?.startsWith(marker(note)) && isOurs(user?.login, ours));
    if (found !== undefined || data.length < PER_PAGE) return found;
  }
  return undefined;
}

/** A token that may not tell whose it is, as that of a workflow, is an App's, whose login ends so; no person's has a bracket in it. */
function isOurs(login: string | undefined, ours: string | undefined): boolean {
  return ours === undefined ? login?.endsWith('[bot]') === true : login === ours;
}

function marker({ key }: ReviewNote): string {
  return `<!-- prunella:${key} -->`;
}
