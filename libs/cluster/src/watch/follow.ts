import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, ProviderError, type Random } from '@prunella/core';
import type { Scope, WatchApi, WatchEvent } from './watch-api.ts';

/** What is kept of objects that are followed, and told of their changes. No method may throw. */
export interface Sink<K extends Kept> {
  /** What is worth keeping of an object; undefined: nothing, as if it were not there. Small: thousands of them are in memory. */
  keep(object: unknown): K | undefined;
  /** All that is there: what was there before and is not among it is gone. */
  replaced(kept: readonly K[]): void;
  put(kept: K): void;
  /** By its uid; it may never have been kept. */
  gone(uid: string): void;
  /** Whether what was told is known to be how it is now. */
  standing(state: Standing): void;
  /** The server said something, also that nothing changed. */
  heard(): void;
  /** It had to begin anew. */
  restarted(reason: Restart, detail: string): void;
}

export interface Kept {
  uid: string;
}

/** `absent`: this cluster has no such type, or it may not be seen. `stale`: nothing is heard right now. */
export type Standing = 'current' | 'stale' | 'absent';

/** Why a watch began anew. `closed`: the server ended it, as it does from time to time. */
export const RESTARTS = [
  'closed',
  'expired',
  'unavailable',
  'rate-limited',
  'unauthenticated',
  'forbidden',
  'not-found',
  'refused',
] as const;
export type Restart = (typeof RESTARTS)[number];

export interface FollowOptions {
  random: Random;
  /** Wait before the second try, in milliseconds; twice as long before each further one. Default: 500. */
  firstDelayMs?: number;
  /** Default: 30 s. */
  longestDelayMs?: number;
  /** How soon it is looked again whether there is such a type by now. Default: 5 minutes. */
  absentMs?: number;
}

const EXPIRED = 410;
/** So soon a right that was given takes effect. */
const FORBIDDEN_MS = 60_000;

/**
 * Lists objects page by page and follows their changes, until the signal aborts. It outlives everything that an API server does: watches that end, versions
 * that are forgotten (410), tokens that expire, errors and silence.
 */
export async function follow<K extends Kept>(
  api: WatchApi,
  scope: Scope,
  sink: Sink<K>,
  options: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  const { random, firstDelayMs = 500, longestDelayMs = 30_000, absentMs = 300_000 } = options;
  let version: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    try {
      version ??= await list();
      if (signal.aborted) return;
      await watch(version);
    } catch (error) {
      if (signal.aborted) return;
      await failed(error);
    }
  }

  /** The version of what is there now. */
  async function list(): Promise<string> {
    const kept: K[] = [];
    let from: string | undefined;
    for (;;) {
      const { items, next, resourceVersion } = await api.page(scope, from);
      for (const item of items) {
        const one = sink.keep(item);
        if (one !== undefined) kept.push(one);
      }
      sink.heard();
      if (signal.aborted) return resourceVersion;
      if (next === undefined) {
        sink.replaced(kept);
        return resourceVersion;
      }
      from = next;
    }
  }

  /** Follows until the watch ends, and keeps the version to go on from at each change: also a connection that breaks loses nothing. */
  async function watch(from: string): Promise<void> {
    let problem: WatchEvent['object'] | undefined;
    await api.watch(
      scope,
      from,
      {
        open: () => sink.standing('current'),
        event(event) {
          if (event.type === 'ERROR') problem = event.object;
          else if (problem === undefined) version = told(event) ?? version;
        },
      },
      signal,
    );
    if (signal.aborted) return;
    if (problem === undefined) {
      // The server ends every watch some time; one that ends at once, again and again, is not asked without a pause.
      sink.restarted('closed', 'the server ended the watch');
      if (version === from) await pause(firstDelayMs);
      return;
    }
    const { code, message = '' } = problem;
    if (code !== EXPIRED) {
      throw new ProviderError('kubernetes', 'unavailable', `watch ${scope.type.plural}: ${code ?? ''} ${message}`);
    }
    sink.restarted('expired', message);
    version = undefined;
    sink.standing('stale');
    await pause(delay());
  }

  function told({ type, object }: WatchEvent): string | undefined {
    sink.heard();
    failures = 0;
    const { uid = '', resourceVersion } = (object.metadata ?? {}) as { uid?: string; resourceVersion?: string };
    if (type === 'DELETED') sink.gone(uid);
    else if (type === 'ADDED' || type === 'MODIFIED') {
      const kept = sink.keep(object);
      if (kept === undefined) sink.gone(uid);
      else sink.put(kept);
    }
    return resourceVersion;
  }

  async function failed(error: unknown): Promise<void> {
    const { problem, status, retryAfterMs } = problemIn(error);
    const isExpired = status === EXPIRED;
    sink.restarted(isExpired ? 'expired' : problem, messageOf(error));
    if (isExpired) version = undefined;
    else if (problem === 'not-found' || problem === 'forbidden') {
      // What is not there now may be there later, and then everything is listed.
      version = undefined;
      sink.replaced([]);
      sink.standing('absent');
      return await pause(problem === 'forbidden' ? Math.min(absentMs, FORBIDDEN_MS) : absentMs);
    }
    sink.standing('stale');
    await pause(Math.max(delay(), retryAfterMs ?? 0));
  }

  function delay(): number {
    failures += 1;
    const longest = Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs);
    return longest * (0.5 + random() / 2);
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}

function problemIn(error: unknown): {
  problem: Exclude<Restart, 'closed' | 'expired'>;
  status?: number;
  retryAfterMs?: number;
} {
  if (!(error instanceof ProviderError)) return { problem: 'unavailable' };
  const { status, retryAfterMs } = error.options;
  return {
    problem: error.problem,
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}
