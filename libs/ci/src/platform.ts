import type { Run } from '@prunella/contracts';
import type { CiReader, Examined, SentWebhooks, StartedRun } from '@prunella/core';

/**
 * Starts runs again. Only the remediator may use it: the other services' tokens can't. No method is idempotent: whoever calls has made sure
 * that it is wanted. All throw ProviderError: `refused` (running, too old, too many reruns), `forbidden`, `rate-limited`, `unavailable` (it may have
 * taken effect).
 *
 * They resolve with the run that was begun where the platform makes a new one of it (`RunState.rerunAs` tells of it, too); undefined: it is the next
 * attempt of the same run.
 */
export interface Rerun {
  /** Starts a completed run again, with its failed jobs only. */
  rerunFailedJobs(run: Run, signal: AbortSignal): Promise<StartedRun | undefined>;
  /** The same with all its jobs: the only way for a run that failed before it had any (`startup_failure`). */
  rerunRun(run: Run, signal: AbortSignal): Promise<StartedRun | undefined>;
  /** Only one job of it, by its id. Absent: the platform can't. */
  rerunJob?(run: Run, jobId: string, signal: AbortSignal): Promise<StartedRun | undefined>;
}

/** What is to be started instead of the pipeline that failed. */
export interface TriggerTarget {
  /** Whose failure it is for: repository, branch and commit are its own. */
  run: Run;
  /** As the platform names it: a workflow's file, a job's path; empty: the pipeline of the repository (GitLab). */
  pipeline: string;
  /** Branch or tag; empty: that of the run. */
  ref: string;
  /** Inputs, variables or parameters. */
  inputs: Readonly<Record<string, string>>;
}

/** Starts another pipeline. For the remediator only; throws ProviderError as `Rerun` does. */
export interface Trigger {
  /** Not idempotent. undefined: the platform does not say which run it began. */
  trigger(target: TriggerTarget, signal: AbortSignal): Promise<StartedRun | undefined>;
  /** The run of this target that our account began since `since` (ms since the epoch); undefined: there is none. */
  findTriggered(target: TriggerTarget, since: number, signal: AbortSignal): Promise<StartedRun | undefined>;
}

/** What the author of a change is told beside it. Markdown; log lines in it are fenced. */
export interface ReviewNote {
  /** The same for all that is said about one incident: the note with this key is replaced. Letters, digits, `_`, `-` and `.`. */
  key: string;
  /** One line. */
  title: string;
  /** What stands below it. */
  body: string;
  /** Whether it was healed, is being healed or is left to people. */
  state: 'healing' | 'healed' | 'open';
}

/** Tells the author of a change where they look: one comment on the pull or merge request. For the remediator only. */
export interface Review {
  /**
   * Writes the note, or replaces what it said before. Idempotent by the note's key.
   * Resolves with where it can be seen; undefined: the run belongs to no open pull or merge request, so nothing was written.
   * Throws ProviderError.
   */
  note(run: Run, note: ReviewNote, signal: AbortSignal): Promise<string | undefined>;
}

/** A CI platform as it is configured here: reading, and whatever else it can do. A capability that is absent can't be had here. */
export interface CiPlatform extends Examined {
  /** As in `Run.platform`. */
  id: string;
  reader: CiReader;
  rerun?: Rerun;
  trigger?: Trigger;
  review?: Review;
  /**
   * What became of the webhooks that it sent us lately. undefined: our credentials may not see that, or there are none. Throws ProviderError. Absent:
   * the platform can't say.
   *
   * @param place a repository whose webhook it is, where it has one of its own.
   */
  sentWebhooks?(place: string, signal: AbortSignal): Promise<SentWebhooks | undefined>;
}

/** How a platform is found in the environment; undefined: it is not configured. */
export type PlatformFactory = (environment: NodeJS.ProcessEnv) => CiPlatform | undefined;
