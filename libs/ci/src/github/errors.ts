import { RequestError } from '@octokit/request-error';
import { messageOf, ProviderError } from '@prunella/core';
import { AddressRefused, problemOf, retryAfter } from '@prunella/http';

/**
 * The one place that reads GitHub's errors. A 403 can be a rate limit (primary: `x-ratelimit-remaining: 0`; secondary: `retry-after`), missing
 * rights, or a no to this very request. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function githubError(error: unknown, what: string, now: number): ProviderError {
  if (error instanceof ProviderError) return error;
  const refused = AddressRefused.in(error);
  if (refused !== undefined) {
    return new ProviderError('github', 'refused', `${what}: ${refused.message}`, { cause: refused });
  }
  if (!(error instanceof RequestError)) {
    return new ProviderError('github', 'unavailable', `${what}: ${messageOf(error)}`, { cause: error });
  }
  const { status, response } = error;
  if (response === undefined) {
    return new ProviderError('github', 'unavailable', `${what}: ${messageOf(error)}`, { cause: error });
  }
  // a proxy in between may answer with a whole page
  const detail = `${what}: HTTP ${status} ${messageOf(error).slice(0, 300)}`;
  const retryAfterMs = limitedFor(response.headers, now) ?? (isSecondaryLimit(error) ? USUAL_WAIT_MS : undefined);
  if ((status === 403 || status === 429) && retryAfterMs !== undefined) {
    return new ProviderError('github', 'rate-limited', detail, { status, retryAfterMs, cause: error });
  }
  const problem = status === 403 && isNoToTheRequest(error) ? 'refused' : problemOf(status);
  return new ProviderError('github', problem, detail, { status, cause: error });
}

function limitedFor(headers: Record<string, unknown>, now: number): number | undefined {
  const wait = retryAfter(text(headers['retry-after']), now);
  if (wait !== undefined) return wait;
  if (text(headers['x-ratelimit-remaining']) !== '0') return undefined;
  const reset = Number(text(headers['x-ratelimit-reset']));
  return Number.isFinite(reset) ? Math.min(Math.max(reset * 1_000 - now, 1_000), 3_600_000) : USUAL_WAIT_MS;
}

/** A secondary rate limit need not say when to come again; GitHub's advice is a minute then. */
const USUAL_WAIT_MS = 60_000;

function isSecondaryLimit(error: RequestError): boolean {
  return /secondary rate limit|abuse detection/i.test(error.message);
}

/** "This workflow is already running", "Unable to retry this workflow run because it was created over a month ago", ... : rights are not the problem. */
function isNoToTheRequest(error: RequestError): boolean {
  return /already running|unable to (?:re-?run|retry)|over a month ago|rerun limit|cannot be rerun|attempt limit|maximum number of re-?runs/i.test(
    error.message,
  );
}

function text(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** Calls GitHub. Throws ProviderError. @param what is asked for, for people. */
export async function provided<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw githubError(error, what, Date.now());
  }
}

/** The same; undefined: it is not there. */
export async function unlessMissing<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await provided(what, call);
  } catch (error) {
    if (error instanceof ProviderError && error.problem === 'not-found') return undefined;
    throw error;
  }
}
