import { ProblemError, readProblem } from './problem.ts';
import { readToken, tokenRefused } from './token.ts';

const JSON_WANTED = { accept: 'application/json' };

/** Calls the API at our own origin. Throws `ProblemError` only, except when `signal` ends it. */
export async function call(
  path: string,
  signal?: AbortSignal,
  { headers: wants, ...request }: RequestInit & { headers: Record<string, string> } = { headers: JSON_WANTED },
): Promise<Response> {
  const token = readToken();
  const headers = { ...wants, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const options: RequestInit = { ...request, headers, cache: 'no-store', ...(signal && { signal }) };
  const response = await fetch(path, options).catch((error: unknown) => {
    if (signal?.aborted) throw error;
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

/** POSTs a JSON document, and gives the one that is answered. */
export async function postJson<T>(path: string, body: unknown): Promise<T> {
  return await sendJson('POST', path, body);
}

/** Takes something away, saying why. */
export async function deleteJson<T>(path: string, body: unknown): Promise<T> {
  return await sendJson('DELETE', path, body);
}

async function sendJson<T>(method: string, path: string, body: unknown): Promise<T> {
  const headers = { ...JSON_WANTED, 'content-type': 'application/json' };
  const response = await call(path, undefined, { method, headers, body: JSON.stringify(body) });
  return response.json().catch(() => {
    throw new ProblemError(response.status, 'The answer could not be read', `${path} did not answer with JSON.`);
  }) as Promise<T>;
}
