import { ProviderError } from '@prunella/core';

/** What can wait does not get the last requests: below this share of the limit it is not asked for. */
const KEPT_BACK = 0.1;

/** Throws ProviderError (rate-limited) when few requests are left. @param what is not asked for then, for people. */
export function keepSome(
  headers: { 'x-ratelimit-limit'?: string; 'x-ratelimit-remaining'?: string },
  what: string,
): void {
  const [limit, left] = [Number(headers['x-ratelimit-limit']), Number(headers['x-ratelimit-remaining'])];
  // without these headers (a server without limits) both are NaN
  if (!(left < limit * KEPT_BACK)) return;
  throw new ProviderError(
    'github',
    'rate-limited',
    `${what} are not asked for: ${left} of ${limit} requests are left, which are kept for failures`,
  );
}
