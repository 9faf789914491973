import { messageOf, ProviderError, type ProviderProblem } from '@prunella/core';
import { jsonOf, problemOf, retryAfter } from '@prunella/http';
import { z } from 'zod';

/** `message` is a text, or texts by field; `error` is what the OAuth layer says, with its description. */
const ApiError = z.object({
  message: z.unknown().optional(),
  error: z.unknown().optional(),
  error_description: z.string().optional(),
});

/** As much of an answer as helps people; a proxy in between may answer with a whole page. */
const MOST_OF_AN_ERROR = 300;

/** GitLab limits by the minute where it does not say when to come again. */
const USUAL_WAIT_MS = 60_000;

/**
 * The one place that reads GitLab's errors. Everything but a 2xx is one. https://docs.gitlab.com/api/rest/troubleshooting/
 *
 * @param what was asked for, for people.
 */
export async function gitlabError(response: Response, what: string, now: number): Promise<ProviderError> {
  const { status, headers } = response;
  const says = await saidBy(response);
  const wait = retryAfter(headers.get('retry-after'), now);
  const problem = problemFor(status, says, wait !== undefined);
  const retryAfterMs =
    wait ??
    (problem === 'rate-limited' ? (untilReset(headers.get('ratelimit-reset'), now) ?? USUAL_WAIT_MS) : undefined);
  return new ProviderError('gitlab', problem, `${what}: HTTP ${status} ${says}`.trimEnd(), {
    status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** What is not GitLab's answer but none, e.g. a body that breaks off. */
export function brokenOff(error: unknown, what: string): ProviderError {
  return error instanceof ProviderError
    ? error
    : new ProviderError('gitlab', 'unavailable', `${what}: ${messageOf(error)}`, { cause: error });
}

function problemFor(status: number, says: string, mayComeAgain: boolean): ProviderProblem {
  if (status === 400 && /too many pipelines|try again later/i.test(says)) return 'rate-limited';
  if (status === 400 && /permission|not (?:allowed|verified)/i.test(says)) return 'forbidden';
  // a wall before GitLab: missing rights do not come back by themselves
  if (status === 403 && mayComeAgain) return 'rate-limited';
  // a bare "403 Forbidden" are missing rights; these are a no to this very request
  if (status === 403 && /not retryable|archived|not erasable/i.test(says)) return 'refused';
  return problemOf(status);
}

async function saidBy(response: Response): Promise<string> {
  const location = response.headers.get('location');
  if (location !== null) return `moved to ${URL.parse(location, response.url)?.host ?? 'another place'}`;
  const body = ApiError.safeParse(await jsonOf(response, 'gitlab', 64 * 1024).catch(() => undefined));
  if (!body.success) return '';
  const { message, error, error_description: description } = body.data;
  const parts = [message, error, description].filter((part) => part !== undefined);
  return parts
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
    .join(': ')
    .slice(0, MOST_OF_AN_ERROR);
}

/** Milliseconds until a time in seconds since the epoch, between a second and an hour; undefined: none, or nonsense. */
function untilReset(header: string | null, now: number): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(Math.max(seconds * 1_000 - now, 1_000), 3_600_000)
    : undefined;
}
