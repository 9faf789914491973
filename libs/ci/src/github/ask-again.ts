import type { Octokit } from '@octokit/core';
import { RequestError } from '@octokit/request-error';
import { ProviderError } from '@prunella/core';
import { usualRetries, waitBefore } from '@prunella/http';
import { githubError } from './errors.ts';

/** Passed with a request that must not be sent twice. */
export const ONCE = { retries: 0 };

/**
 * Has a client ask again, as `usualRetries` says, when GitHub or a proxy of it is in trouble. What it says no to is not asked again, nor what is limited: that is the
 * caller's business. Octokit's own plugin does the same with a scheduler for each request, which takes a tenth of what a request costs.
 */
export function askAgain(client: Octokit): void {
  client.hook.wrap('request', async (request, options) => {
    const { retries = usualRetries.attempts - 1, signal } = options.request ?? {};
    const policy = { ...usualRetries, attempts: Number(retries) + 1 };
    for (let made = 1; ; made += 1) {
      try {
        return await request(options);
      } catch (error) {
        const waitMs = isTrouble(error) ? waitBefore(githubError(error, '', Date.now()), made, policy) : undefined;
        if (waitMs === undefined || signal?.aborted) throw error;
        // aborted while waiting: what GitHub said is the better answer
        await policy.sleep(waitMs, signal ?? new AbortController().signal).catch(() => undefined);
        if (signal?.aborted) throw error;
      }
    }
  });
}

/**
 * An answer, or none, that may be another one the next time. A 304 is an answer, and so is whatever else is below 400; one that came and can't be read (a ProviderError already)
 * is not asked for again, as elsewhere.
 */
function isTrouble(error: unknown): boolean {
  if (!(error instanceof RequestError) || error.status < 400 || error.cause instanceof ProviderError) return false;
  return githubError(error, '', Date.now()).problem === 'unavailable';
}
