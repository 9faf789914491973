import { ProblemError, readProblem } from './problem.ts';
import { readToken, tokenRefused } from './token.ts';

const JSON_WANTED = { accept: 'application/json' };

/** Calls the API at our own origin. Throws `ProblemError` only, except when `signal` ends it. */
export async function call(
  path: string,
  signal: AbortSignal,
  wants: Record<string, string> = JSON_WANTED,
): Promise<Response> {
  const token = readToken();
  const headers = { ...wants, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const response = await fetch(path, { headers, signal, cache: 'no-store' }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new ProblemError(0, 'Prunella cannot be reached', 'The auditor did not answer. Is it running?');
  });
  if (response.ok) return response;
  if (response.status === 401) tokenRefused();
  throw await readProblem(response);
}

/** GET of a JSON document. */
export async function getJson<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await call(path, signal);
  return response.json().catch(() => {
    throw new ProblemError(response.status, 'The answer could not be read', `${path} did not answer with JSON.`);
  }) as Promise<T>;
}
