import { ProviderError } from '@prunella/core';

/** What helps but is not needed does not take the last requests: below this share of the limit it is not asked for. */
const KEPT_BACK = 0.1;

/** Throws ProviderError (rate-limited) when few requests are left. @param what is not asked for, for people */
export function keepSome(
  headers: { 'x-ratelimit-limit'?: string; 'x-ratelimit-remaining'?: string; 'x-ratelimit-reset'?: string },
  what: string,
): void {
  const [limit, left] = [Number(headers['x-ratelimit-limit']), Number(headers['x-ratelimit-remaining'])];
  // without these headers (a server without limits) both are NaN
  if (!(left < limit * KEPT_BACK)) return;
  throw new ProviderError(
    'github',
    'rate-limited',
    `${what}: ${left} of ${limit} requests are left, which are kept for failures`,
  );
}
