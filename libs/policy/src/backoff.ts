import type { Action, ActionType } from '@prunella/contracts';
import { Duration, type Random } from '@prunella/core';
import { z } from 'zod';

/** No wait between two retries is longer: 15 minutes. */
export const MAX_DELAY_MS = 15 * 60_000;

/** Keeps the power finite: no delay times infinity would be no number. */
const LARGEST_POWER = 100;

/** When and how often something is tried again. */
export interface Backoff {
  /** Attempts at healing the incident in all. */
  attempts: number;
  /** Wait before the first retry, in milliseconds, before jitter. */
  firstDelayMs: number;
  /** Each wait is this many times the one before. */
  factor: number;
}

/** As the action says it; without `attempts` the policy's limit is the only one. */
export type ProposedBackoff = Omit<Backoff, 'attempts'> & { attempts?: number | undefined };

const Attempts = z.int().min(1).max(20).optional();
const Delay = Duration.refine((ms) => ms <= MAX_DELAY_MS, { error: 'expected at most 15m' });
const Factor = z.number().min(1).max(10);

/** By action, with the defaults of S15 for a retry that waits. Parameters with other names are not looked at. */
const PARAMETERS = {
  retry: z.object({ attempts: Attempts, firstDelay: Delay.prefault('0s'), factor: Factor.default(1) }),
  retry_with_backoff: z.object({
    attempts: Attempts.default(3),
    firstDelay: Delay.prefault('5s'),
    factor: Factor.default(2),
  }),
  // What is waited for is mostly there after some time; how long that takes, nobody tells.
  wait_for_dependency: z.object({
    attempts: Attempts.default(5),
    firstDelay: Delay.prefault('10s'),
    factor: Factor.default(2),
  }),
  other: z.object({ attempts: Attempts }),
};

/** Reruns of the same run, which are spaced. */
export function isSpaced(type: ActionType): type is 'retry' | 'retry_with_backoff' | 'wait_for_dependency' {
  return type === 'retry' || type === 'retry_with_backoff' || type === 'wait_for_dependency';
}

/**
 * The retry parameters of an action: `attempts` 1 to 20 (default 3 with backoff), and for retries `firstDelay` 0s to 15m
 * (default 5s with backoff, else none) and `factor` 1 to 10 (default 2 with backoff, else 1).
 *
 * @returns what is wrong, in one line, when a value does not fit.
 */
export function backoffOf(action: Action): { backoff: ProposedBackoff } | { problem: string } {
  const { type } = action;
  const schema = PARAMETERS[isSpaced(type) ? type : 'other'];
  const result = schema.safeParse(action.parameters);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { problem: `${['parameters', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'does not fit'}` };
  }
  const { attempts, firstDelay, factor } = { firstDelay: 0, factor: 1, ...result.data };
  return { backoff: { attempts, firstDelayMs: firstDelay, factor } };
}

/**
 * Milliseconds to wait before a retry: evenly distributed in [0, d] with
 * `d = min(15m, firstDelay * factor^(retryNumber - 1))`.
 *
 * This is 'full jitter' of "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015): of the ways compared there
 * it spreads a crowd best.
 *
 * @param retryNumber counts from 1.
 */
export function backoffDelayMs(
  { firstDelayMs, factor }: Pick<Backoff, 'firstDelayMs' | 'factor'>,
  retryNumber: number,
  random: Random,
): number {
  const whole = Math.min(MAX_DELAY_MS, firstDelayMs * factor ** Math.min(Math.max(0, retryNumber - 1), LARGEST_POWER));
  return Math.round(random() * whole);
}
