import { messageOf, ProviderError, type ProviderProblem } from '@prunella/core';

export interface RequestOptions {
  /** Who is asked, for errors: `playground`, `slack`, ... */
  provider: string;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  signal: AbortSignal;
  /** Answers above 399 that are no errors to the caller. */
  allow?: readonly number[];
}

/**
 * One HTTP request; no retries: who asks knows whether asking again is safe.
 *
 * @throws ProviderError for everything but an answer below 400 or in `allow`. The URL's query is left out of its text: it may be a secret.
 */
export async function request(url: string, options: RequestOptions): Promise<Response> {
  const { provider, method = 'GET', headers = {}, json, signal, allow = [] } = options;
  const { origin, pathname } = new URL(url);
  const what = `${method} ${origin}${pathname}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      signal,
    });
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new ProviderError(provider, 'unavailable', `${what}: ${messageOf(reason)}`, { cause: error });
  }
  if (response.ok || allow.includes(response.status)) return response;
  const text = (await response.text().catch(() => '')).slice(0, 300);
  const retryAfterMs = retryAfter(response.headers.get('retry-after'), Date.now());
  throw new ProviderError(provider, problemOf(response.status), `${what}: HTTP ${response.status} ${text}`, {
    status: response.status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** What a status means to whoever wants something done. */
export function problemOf(status: number): ProviderProblem {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
    case 410:
      return 'not-found';
    case 429:
      return 'rate-limited';
    default:
      return status >= 500 || status === 408 ? 'unavailable' : 'refused';
  }
}

/** Milliseconds to wait by a Retry-After header (seconds or a date), at most an hour; undefined: none, or nonsense. */
export function retryAfter(header: string | null | undefined, now: number): number | undefined {
  if (header === null || header === undefined || header === '') return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
}
