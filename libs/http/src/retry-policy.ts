import { setTimeout } from 'node:timers/promises';
import { ProviderError, type Random } from '@prunella/core';

/** How often and how soon something is asked again that may be asked twice. */
export interface RetryPolicy {
  /** Requests in all, the first included. */
  attempts: number;
  /** Longest wait before the second request, in milliseconds; twice as long before each further one. */
  firstDelayMs: number;
  /** Longer than this is not waited: whoever asked hears when to come again instead. */
  longestDelayMs: number;
  random: Random;
  /** Resolves after so many milliseconds; rejects when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<unknown>;
}

/** Three requests within about a second, unless the other side wants it slower. */
export const usualRetries: RetryPolicy = {
  attempts: 3,
  firstDelayMs: 250,
  longestDelayMs: 5_000,
  random: Math.random,
  sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
};

/**
 * Milliseconds to wait before the next request; undefined: it makes no sense to ask again. The other side's own wish counts; without
 * one the wait is between half and all of the delay, so that many that failed together do not come back together. Pure but for `random`.
 */
export function waitBefore(error: unknown, attemptsMade: number, policy: RetryPolicy): number | undefined {
  if (!(error instanceof ProviderError) || !error.retryable || attemptsMade >= policy.attempts) return undefined;
  const wish = error.options.retryAfterMs;
  if (wish !== undefined) return wish <= policy.longestDelayMs ? wish : undefined;
  const delayMs = Math.min(policy.firstDelayMs * 2 ** (attemptsMade - 1), policy.longestDelayMs);
  return Math.round(delayMs * (0.5 + policy.random() / 2));
}
