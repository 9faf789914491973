import createClient from 'openapi-fetch';
import type { paths } from '../gen/api.ts';
import { withVisibleMarks } from '../model/marks.ts';
import { ProblemError, readProblem } from './problem.ts';
import { readToken, tokenRefused } from './token.ts';

const JSON_WANTED = { accept: 'application/json' };

/** Calls our own origin for what is no JSON: streams, files. Throws `ProblemError` only, except when `signal` ends it. */
export async function call(
  path: string,
  { signal, ...request }: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  return await send(new Request(path, { ...request, ...(signal && { signal }) }));
}

async function send(request: Request): Promise<Response> {
  const token = readToken();
  if (token) request.headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(request, { cache: 'no-store' }).catch((error: unknown) => {
    if (request.signal.aborted) throw error;
    throw new ProblemError(0, 'Prunella cannot be reached', 'The auditor did not answer. Is it running?');
  });
  if (response.ok) return response;
  if (response.status === 401) tokenRefused();
  throw await readProblem(response);
}

/** The API as its description has it: paths, parameters, bodies and answers are types (src/gen/api.ts). Use it by `answer`. */
export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? '',
  headers: JSON_WANTED,
  fetch: async (request) => {
    const response = await send(request);
    const text = withVisibleMarks(await response.text());
    // These may have no body.
    const shown = new Response([204, 205, 304].includes(response.status) ? null : text, response);
    // Only what came over the network has one by itself.
    return Object.defineProperty(shown, 'url', { value: response.url });
  },
});

/** What an operation answers. Throws `ProblemError` only, except when its signal ends it. */
export async function answer<T>(asked: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data, response } = await asked.catch((error: unknown) => {
    if (error instanceof SyntaxError) throw unreadable(0, 'It did not answer with JSON.');
    throw error;
  });
  if (data === undefined) throw unreadable(response.status, `${response.url} answered with nothing.`);
  return data;
}

function unreadable(status: number, detail: string): ProblemError {
  return new ProblemError(status, 'The answer could not be read', detail);
}
