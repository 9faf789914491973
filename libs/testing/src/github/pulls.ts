import { type Answer, missing, pageOf } from './http.ts';
import type { FakeComment, FakePull } from './model.ts';
import { commentJson, pullJson } from './review-payloads.ts';

/** GitHub takes no longer comments. */
const MOST_OF_A_COMMENT = 65_536;

/** The pull requests of the fake, and what is said on them. */
export class Pulls {
  /** All comments, the oldest first. */
  readonly comments: FakeComment[] = [];
  /** What was written: `comment|update owner/repo#number`. */
  readonly writes: string[] = [];
  private readonly pulls: FakePull[] = [];
  private nextComment = 1;

  add(pull: Partial<FakePull> & Pick<FakePull, 'branch'>): FakePull {
    const repository = pull.repository ?? 'acme/shop';
    const whole: FakePull = {
      repository,
      number: this.pulls.length + 1,
      headRepository: repository,
      headSha: 'a'.repeat(40),
      state: 'open',
      ...pull,
    };
    this.pulls.push(whole);
    return whole;
  }

  comment({ repository, number }: FakePull, body: string, login: string): FakeComment {
    const comment = { repository, number, id: this.nextComment++, body, login };
    this.comments.push(comment);
    return comment;
  }

  /** What stands on a pull request. */
  on({ repository, number }: FakePull): string[] {
    return this.comments
      .filter((comment) => comment.repository === repository && comment.number === number)
      .map(({ body }) => body);
  }

  /** undefined: that is no business of pull requests. */
  route(
    request: { method: string; repository: string; rest: string; query: URLSearchParams; body: unknown },
    login: string,
    defaultBranch: string,
  ): Answer | undefined {
    const { method, repository, rest, query } = request;
    if (method === 'GET' && rest === 'pulls') return this.list(repository, query, defaultBranch);
    const id = /^issues\/comments\/(\d+)$/.exec(rest)?.[1];
    if (method === 'PATCH' && id !== undefined) return this.update(repository, Number(id), textOf(request.body));
    const number = /^issues\/(\d+)\/comments$/.exec(rest)?.[1];
    if (number === undefined) return undefined;
    const pull = this.pulls.find((one) => one.repository === repository && one.number === Number(number));
    if (pull === undefined) return missing;
    if (method === 'GET') {
      const all = this.comments.filter((one) => one.repository === repository && one.number === pull.number);
      return { status: 200, body: pageOf(all, query).map(commentJson) };
    }
    if (method === 'POST') return this.write(pull, textOf(request.body), login);
    return undefined;
  }

  private list(repository: string, query: URLSearchParams, defaultBranch: string): Answer {
    const [head, state] = [query.get('head'), query.get('state') ?? 'open'];
    const found = this.pulls
      .filter((pull) => pull.repository === repository && (state === 'all' || pull.state === state))
      .filter((pull) => head === null || `${pull.headRepository.split('/')[0]}:${pull.branch}` === head);
    return { status: 200, body: pageOf(found, query).map((pull) => pullJson(pull, defaultBranch)) };
  }

  private write(pull: FakePull, body: string, login: string): Answer {
    if (body.length > MOST_OF_A_COMMENT) return tooLong;
    this.writes.push(`comment ${pull.repository}#${pull.number}`);
    return { status: 201, body: commentJson(this.comment(pull, body, login)) };
  }

  private update(repository: string, id: number, body: string): Answer {
    const comment = this.comments.find((one) => one.repository === repository && one.id === id);
    if (comment === undefined) return missing;
    if (body.length > MOST_OF_A_COMMENT) return tooLong;
    comment.body = body;
    this.writes.push(`update ${repository}#${comment.number}`);
    return { status: 200, body: commentJson(comment) };
  }
}

const tooLong: Answer = {
  status: 422,
  body: { message: 'Validation Failed', documentation_url: 'https://docs.github.com/rest', errors: [] },
};

function textOf(body: unknown): string {
  return String((body as { body?: unknown } | undefined)?.body ?? '');
}
