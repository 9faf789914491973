import type { Action, Json } from '@prunella/contracts';
import { formatDuration, parseDuration, type Random } from '@prunella/core';

/** How a retry waits. */
export interface Backoff {
  /** Retries in all. */
  attempts: number;
  firstDelayMs: number;
  factor: number;
}

const DEFAULTS: Backoff = { attempts: 3, firstDelayMs: 5_000, factor: 2 };
const LONGEST_DELAY_MS = 15 * 60_000;

/** Reads the parameters of a retry; what is missing or nonsense is the default, within bounds. */
export function backoffOf({ type, parameters }: Action): Backoff {
  const delay = parameters['firstDelay'];
  const firstDelayMs = (typeof delay === 'string' ? parseDuration(delay) : undefined) ?? DEFAULTS.firstDelayMs;
  return {
    attempts: Math.floor(within(parameters['attempts'], type === 'retry' ? 1 : DEFAULTS.attempts, 0, 50)),
    firstDelayMs: Math.min(firstDelayMs, LONGEST_DELAY_MS),
    factor: within(parameters['factor'], DEFAULTS.factor, 1, 10),
  };
}

/**
 * How long to wait before retry number `retry` (from 1): firstDelay * factor^(retry-1), at most 15 minutes, of which
 * a random half to whole is waited ("equal jitter"): enough to spread a crowd, and never less than half of what the rule
 * asks for. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffDelayMs(backoff: Backoff, retry: number, random: Random): number {
  const full = Math.min(backoff.firstDelayMs * backoff.factor ** (retry - 1), LONGEST_DELAY_MS);
  return Math.round(full * (0.5 + random() / 2));
}

/** For people: `3 attempts, 5s, x2`. */
export function backoffText({ attempts, firstDelayMs, factor }: Backoff): string {
  return `${attempts} attempts, ${formatDuration(firstDelayMs)}, x${factor}`;
}

function within(value: Json | undefined, fallback: number, least: number, most: number): number {
  const number = typeof value === 'number' && Number.isFinite(value) ? value : fallback;
  return Math.min(Math.max(number, least), most);
}
