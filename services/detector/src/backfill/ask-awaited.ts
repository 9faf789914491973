import type { JsonBucket } from '@prunella/bus';
import type { Run } from '@prunella/contracts';
import { messageOf, ProviderError, platformAttempt } from '@prunella/core';
import type { BackfillSettings } from '@prunella/policy';
import { type AskedPlatform, placeOf } from './platforms.ts';
import { type TellDeps, tellFound } from './tell-found.ts';

/** A run that Prunella started again. */
export interface Awaited {
  run: Run;
  /** When it was, ms since the epoch. */
  since: number;
}

/** So many are asked for in a round, the newest first. */
const MOST_ASKED = 50;

export interface AskAwaitedDeps extends TellDeps {
  awaited: JsonBucket<Awaited>;
  settings(): BackfillSettings;
  found(platform: AskedPlatform, place: string, count: number, missed: number): void;
  unknown(run: Run, error: string): void;
}

/**
 * Asks for the runs that were started again, by their numbers: a list goes by when a run was first begun, and may not go back so far. Each is forgotten
 * once the attempt that is waited for has ended and was told. Throws ProviderError, and what NATS throws.
 */
export async function askAwaited(platform: AskedPlatform, d: AskAwaitedDeps, signal: AbortSignal): Promise<void> {
  const { reader } = platform;
  if (reader.ended === undefined) return;
  const entries = (await d.awaited.entries())
    .filter(({ value }) => value.run.platform === platform.id)
    .toSorted((a, b) => b.value.since - a.value.since);
  for (const { key, value, revision } of entries.slice(0, MOST_ASKED)) {
    const { run } = value;
    try {
      const ended = await reader.ended(run, signal);
      if (ended === undefined) await d.awaited.delete(key, revision);
      if (ended === undefined || ended === 'running') continue;
      if (ended.endedAt > d.clock.now() - d.settings().grace) continue;
      const { what, attempt } = await tellFound(platform, placeOf(run), ended, d, signal);
      // The platform still shows what was before the rerun.
      if (what !== 'unreadable' && attempt <= platformAttempt(run)) continue;
      await d.awaited.delete(key, revision);
      if (what === 'found now') d.found(platform, placeOf(run), 1, 1);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.retryable || error.problem === 'unauthenticated') throw error;
      d.unknown(run, messageOf(error));
      await d.awaited.delete(key, revision);
    }
  }
}
