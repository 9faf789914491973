import { ProviderError } from '@prunella/core';
import { jsonOf, type Rule, request, usualRetries } from '@prunella/http';
import { z } from 'zod';
import { brokenOff, gitlabError } from './errors.ts';

/** A list of words is sent as GitLab wants arrays: `scope[]=failed&scope[]=canceled`. */
type Query = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/**
 * GitLab's REST API, version 4. Addresses begin below `/api/v4`. Reading is tried twice more on server errors and cut connections; writes are sent
 * once; rate limits are the caller's business. All throw ProviderError.
 *
 * `@gitbeaker/rest` was tried and can't be it: its requester sends everything, also a POST, up to ten times on 429 and 502, without a way to
 * turn that off; it drops `Retry-After`, and its methods take no AbortSignal. With a requester of our own only the paths would be left of it.
 */
export interface GitLabClient {
  /** What is left of the rate limit, as the newest answer told; undefined: none did. */
  patience(): Patience | undefined;
  /** One object. @param what is asked for, for people. */
  get<T extends z.ZodType>(schema: T, what: string, path: string, signal: AbortSignal): Promise<z.infer<T>>;
  /** A list, page after page, until it ends or the caller has enough. */
  pages<T extends z.ZodType>(schema: T, what: string, list: List, signal: AbortSignal): AsyncGenerator<z.infer<T>[]>;
  /** Bytes as they come. */
  stream(what: string, path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Not idempotent: sent once. */
  post<T extends z.ZodType>(schema: T, what: string, write: Write, signal: AbortSignal): Promise<z.infer<T>>;
  /** The same again changes nothing, so it is tried again as reading is. */
  put<T extends z.ZodType>(schema: T, what: string, write: Write, signal: AbortSignal): Promise<z.infer<T>>;
}

export interface Patience {
  /** Requests in the limit's time. */
  limit: number;
  left: number;
}

export interface List {
  path: string;
  query?: Query;
  /** Default: 100, the most that GitLab gives. */
  perPage?: number;
}

export interface Write {
  path: string;
  json?: unknown;
}

/** GitLab itself gives no more of a list (50,000) page by page. */
const MOST_PAGES = 500;

/** Answers that we read ourselves: all that GitLab says on purpose. */
const ANSWERS = [400, 401, 403, 404, 405, 409, 410, 412, 422, 429];

/**
 * @param url of the GitLab itself, with its relative path where it has one; without a token only what is public is there.
 * @param stores origins at private addresses where it may keep logs and artefacts.
 */
export function createClient(url: string, token: string | undefined, stores: readonly string[] = []): GitLabClient {
  const base = `${url.replace(/\/+$/, '').replace(/\/api\/v4$/, '')}/api/v4`;
  // A project that moved points to its new path; logs may be on a host of their own, which is not shown the token.
  const rule: Rule = { home: base, elsewhere: 'public', also: stores };
  let patience: Patience | undefined;

  async function call(
    what: string,
    path: string,
    options: { method?: 'GET' | 'POST' | 'PUT'; json?: unknown; signal: AbortSignal },
  ): Promise<Response> {
    const reading = options.method === undefined;
    const response = await request(`${base}${path}`, {
      provider: 'gitlab',
      ...options,
      rule,
      headers: token === undefined ? {} : { 'private-token': token },
      allow: ANSWERS,
      redirect: reading ? 'follow' : 'manual',
      ...(options.method !== 'POST' && { retry: usualRetries }),
    });
    patience = patienceOf(response.headers) ?? patience;
    if (response.ok) return response;
    throw await gitlabError(response, what, Date.now());
  }

  async function parsed<T extends z.ZodType>(schema: T, what: string, response: Response): Promise<z.infer<T>> {
    const result = schema.safeParse(await jsonOf(response, 'gitlab'));
    if (result.success) return result.data;
    throw new ProviderError(
      'gitlab',
      'unavailable',
      `${what}: an answer that is not as documented: ${z.prettifyError(result.error)}`,
    );
  }

  return {
    patience: () => patience,
    get: async (schema, what, path, signal) => await parsed(schema, what, await call(what, path, { signal })),
    async *pages(schema, what, { path, query = {}, perPage = 100 }, signal) {
      for (let page = '1', read = 0; page !== ''; read += 1) {
        if (read === MOST_PAGES) {
          throw new ProviderError('gitlab', 'unavailable', `${what}: expected at most ${MOST_PAGES} pages, found more`);
        }
        const response = await call(what, `${path}?${queryOf({ ...query, per_page: perPage, page })}`, { signal });
        const items = await parsed(z.array(schema), what, response);
        yield items;
        // empty on the last page; absent where a proxy cut it out
        page = response.headers.get('x-next-page') ?? (items.length < perPage ? '' : String(Number(page) + 1));
      }
    },
    async stream(what, path, signal) {
      const { body } = await call(what, path, { signal });
      return named(body ?? nothing(), what);
    },
    post: async (schema, what, { path, json }, signal) =>
      await parsed(schema, what, await call(what, path, { method: 'POST', json, signal })),
    put: async (schema, what, { path, json }, signal) =>
      await parsed(schema, what, await call(what, path, { method: 'PUT', json, signal })),
  };
}

function queryOf(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'object') for (const one of value) params.append(`${name}[]`, one);
    else params.append(name, String(value));
  }
  return params.toString();
}

function patienceOf(headers: Headers): Patience | undefined {
  const [limit, left] = ['ratelimit-limit', 'ratelimit-remaining'].map((name) => Number(headers.get(name) ?? 'none'));
  return limit === undefined || left === undefined || Number.isNaN(limit + left) ? undefined : { limit, left };
}

async function* named(stream: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw brokenOff(error, what);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

const ApiUser = z.object({ id: z.int(), username: z.string() });

/** Whose token this is. */
export async function currentUser(client: GitLabClient, signal: AbortSignal): Promise<z.infer<typeof ApiUser>> {
  return await client.get(ApiUser, 'get the user of the token', '/user', signal);
}
