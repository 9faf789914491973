import type { Run } from '@prunella/contracts';
import type { CiReader } from '@prunella/core';

/** Starts runs again. Only the remediator may use it: the other services' tokens can't. */
export interface CiWriter {
  /**
   * Starts the next attempt of a completed run, with its failed jobs only. Not idempotent: whoever calls it has made sure that it is wanted.
   * Throws ProviderError: `refused` (running, too old, too many reruns), `forbidden`, `rate-limited`, `unavailable` (it may have taken effect).
   */
  rerunFailedJobs(run: Run, signal: AbortSignal): Promise<void>;
  /** The same with all its jobs: the only way for a run that failed before it had any (`startup_failure`). */
  rerunRun(run: Run, signal: AbortSignal): Promise<void>;
}

/** A CI platform as it is configured here. */
export interface CiPlatform {
  /** As in `Run.platform`. */
  id: string;
  reader: CiReader;
  /** undefined: it can only be read. */
  writer?: CiWriter;
}

/** How a platform is found in the environment; undefined: it is not configured. */
export type PlatformFactory = (environment: NodeJS.ProcessEnv) => CiPlatform | undefined;
