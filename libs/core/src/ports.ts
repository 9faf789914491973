import type { ActionType, Conclusion, Run } from '@prunella/contracts';
import type { Finding } from './finding.ts';

/** A run that was begun as a new one, beside the one that failed. */
export interface StartedRun {
  /** As in `Run.runId`. */
  runId: string;
  /** Where a person can look at it. */
  url?: string;
  /** Absent: those of the run that failed. */
  platform?: string;
  repository?: string;
}

/** The newest state of a run, as its platform tells it. */
export interface RunState {
  status: 'queued' | 'in_progress' | 'completed';
  /** Only when completed. */
  conclusion?: Conclusion;
  /** The newest attempt, counted from 1. */
  attempt: number;
  /** How long that attempt took, in milliseconds; absent: it has not ended, or the platform does not say. */
  lastedMs?: number;
  /** The commit that the run is for. */
  headSha: string;
  /** The newest commit on the run's branch; undefined: the platform can't say (branch gone, tag, no right to look). */
  branchHeadSha?: string;
  /** The newest run that was begun as a rerun of this one, by whomever; absent: there is none, or a rerun is the next attempt of the same run. */
  rerunAs?: StartedRun;
  /** A rerun of this one that waits for its turn and has no number yet: it is `rerunAs` once it has. Absent: there is none. */
  rerunQueued?: true;
}

/** A failed job and what its log says. */
export interface JobLog {
  id: string;
  name: string;
  conclusion: Conclusion;
  /** First step that failed, when the platform says. */
  failedStep?: string;
  /** The platform's own word for why it failed, e.g. GitLab's `runner_system_failure`; absent: it has none. */
  failureReason?: string;
  /**
   * What the platform itself says about the failure beside the log, a message each, at most 20, e.g. GitHub's "The hosted runner lost communication with the
   * server". Steps may write such messages, too, and then they stand in the log as well. Absent: nothing, or it could not be read.
   */
  annotations?: readonly string[];
  url?: string;
  /** Log text, at most `maxBytes` of it; undefined: it could not be read, `gap` says why. */
  log?: string;
  /** Line number, from 1, of the first line of `log` in the whole log; above 1 when the beginning was cut. */
  firstLine: number;
  /** Why the log is missing or cut, and what else could not be read of the job, for people. */
  gap?: string;
}

/** What a platform's own messages about a run leave out. Each field is absent where the platform does not say it. */
export interface RunDetails {
  /** Counted from 1. */
  attempt?: number;
  /** When that attempt began, ISO 8601. */
  startedAt?: string;
  headSha?: string;
  /** As everything else that the reader tells names it. */
  branch?: string;
  /** Why it could not even begin, in the platform's words. Untrusted. */
  problem?: string;
  /** Runs that it began, waited for and that failed, where nothing failed in itself: those tell why. */
  failedDownstream?: (StartedRun & { repository: string })[];
}

/** What the log of a job says that passed. */
export interface GreenLog {
  /** The job's name. */
  job: string;
  /** The run in which it passed. */
  runId: string;
  /** The end of its log, whole lines. */
  log: string;
}

/** What is looked for among the files that a run left behind. */
export interface TestReportOptions {
  /** Whether what has this name may hold test reports. */
  isReport(name: string): boolean;
  /** When the attempt began and ended, ISO 8601; absent: not known. What other attempts left behind is not of this one. */
  startedAt?: string;
  finishedAt?: string;
  signal: AbortSignal;
}

/** A test as a platform tells it that has read the report itself. Untrusted, and of any length. */
export interface PlatformTest {
  suite: string;
  classname: string;
  name: string;
  /** Empty: not said. */
  file: string;
  status: 'passed' | 'failed' | 'error' | 'skipped';
  durationMs: number;
  /** What it says about the failure. */
  message: string;
}

/** A file that may be a test report (JUnit XML), the tests of one that the platform has read, or why there is none to be read. */
export type FoundReport = {
  /** What it was left behind as: the name of the artefact, or of the job whose tests these are. Empty: not said. */
  from: string;
} & (
  | { tests: readonly PlatformTest[] }
  | {
      /** Its name there, for people. Untrusted: nothing is written under it. */
      file: string;
      xml: Uint8Array;
    }
  | {
      problem: 'expired' | 'forbidden' | 'too-large' | 'unreadable';
      /** For people. */
      gap: string;
    }
);

/** Reads a CI platform. One for each platform, picked by `Run.platform`. */
export interface CiReader {
  readonly platform: string;
  /** The state of the run right now; undefined: the platform does not know this run (any more). Throws ProviderError. */
  state(run: Run, signal: AbortSignal): Promise<RunState | undefined>;
  /**
   * What the platform's messages about a run leave out. undefined: it does not know the run (any more). Throws ProviderError. Absent: they leave out
   * nothing.
   *
   * @param newestJob the id of the newest job that the message knew, so that a message which comes late is told the attempt that it was written in;
   * empty: it knew none, so the newest attempt is told.
   */
  details?(run: Run, newestJob: string, signal: AbortSignal): Promise<RunDetails | undefined>;
  /**
   * The jobs that failed in exactly this attempt, each with the end of its log. A log that can't be read is a `gap`, not an error.
   * Throws ProviderError when even the list of jobs can't be read.
   */
  failedJobs(run: Run, options: { maxBytesPerLog: number; maxJobs: number; signal: AbortSignal }): Promise<JobLog[]>;
  /**
   * Logs of the jobs of these names from runs of the same pipeline that began before this one and passed, the newest first: from the
   * run's own branch, then from the default one. At most `maxPerJob` of each job; none of a job that never passed, and none of a log
   * that is not there any more. The number of requests is bounded, and it asks nothing further when the platform's patience runs low.
   * Throws ProviderError. Absent: the platform can't say.
   */
  greenLogs?(run: Run, jobs: readonly string[], options: GreenLogOptions): Promise<GreenLog[]>;
  /**
   * Paths of the files that the run's change touches: those by which its commit differs from the default branch, or, on that branch itself, from the
   * commit before. The platform's own limit may cut the list (GitHub: 300). undefined: it can't say. Throws ProviderError. Absent: the platform can't say.
   */
  changedFiles?(run: Run, signal: AbortSignal): Promise<string[] | undefined>;
  /**
   * The files of exactly this attempt that may be test reports, one after the other, in the same order each time. Numbers and sizes are bounded: what is
   * beyond, and what can't be read and never will be, is told instead. Throws ProviderError (rate-limited, unavailable): later there may be more.
   * Absent: the platform can't say.
   */
  testReports?(run: Run, options: TestReportOptions): AsyncIterable<FoundReport>;

  /**
   * The runs of a place whose newest attempt ended at `since` or later; also some that ended earlier. In no order. The number of requests is bounded,
   * and it asks nothing further when the platform's patience runs low. Throws ProviderError, `not-found` when there is no such place. Absent: the
   * platform can't say.
   *
   * @param place what the platform lists runs by: the repository; on Jenkins, where there is none, the job.
   */
  finishedSince?(place: string, since: number, options: FinishedOptions): Promise<Finished>;
  /**
   * One run, once its newest attempt has ended; `running`: it has not; undefined: the platform does not know it (any more). Throws ProviderError.
   * Absent: `finishedSince` tells of runs that are started again however old they are.
   */
  ended?(run: Run, signal: AbortSignal): Promise<EndedRun | 'running' | undefined>;
}

export interface FinishedOptions {
  /** What the last answer for this place gave as its mark; only where all that it told was dealt with. Absent: there was none. */
  mark?: string;
  signal: AbortSignal;
}

export interface Finished {
  runs: EndedRun[];
  /** Stands for what was told, so that it need not be told again. Opaque. Absent: this answer has none. */
  mark?: string;
  /** Only what ended before was told, in ms since the epoch: there is more than is read at once, which is told to whoever asks from there. Absent: all. */
  until?: number;
  /** There were more runs than the platform gives out: the oldest of them are not told at all. */
  isCut?: true;
}

/** A run that ended, as its platform tells it. */
export interface EndedRun {
  /** As in `Run.runId`. */
  runId: string;
  /** When, ms since the epoch, by the platform's clock. */
  endedAt: number;
  /** The platform's own JSON, for its source to read. Untrusted. */
  record: unknown;
}

export interface GreenLogOptions {
  maxBytesPerLog: number;
  maxPerJob: number;
  signal: AbortSignal;
}

/** Where the notes to people go. */
export interface Notifier {
  /** `slack`, `webhook`. */
  readonly name: string;
  /** Delivers once or throws ProviderError. */
  notify(notification: Notification, signal: AbortSignal): Promise<void>;
  /**
   * Puts what became of it in the place of what was told under the same key, for everybody to see; the same again changes nothing. Where nothing was
   * told under that key, nothing happens. Throws ProviderError. Absent: what was told can't be changed.
   */
  amend?(reply: Required<Reply>, signal: AbortSignal): Promise<void>;
}

export interface Notification {
  /** One line, e.g. `octo/repo ci failed: compile_error`. */
  title: string;
  /** One or two sentences: why a human is told. */
  text: string;
  urgency: 'low' | 'normal' | 'high';
  /** Channel or recipient as the rule names it, e.g. `#flaky-tests`; undefined: the notifier's own. */
  to?: string;
  /** Short facts, in order. */
  facts: { name: string; value: string }[];
  /** Lines of the log that speak for it. */
  evidence: { line: number; text: string }[];
  /** Where to look further. */
  link?: string;
  /** A yes or no that is asked for; absent: it only tells. */
  approval?: ApprovalRequest;
  /** The same for the same note, for receivers that deduplicate. */
  key: string;
}

/** What people are asked to say yes or no to. */
export interface ApprovalRequest {
  incidentId: string;
  attempt: number;
  action: ActionType;
  /** Who may answer, for people, e.g. `2 of ada, bob`. */
  by: string;
  /** ISO 8601; after that nothing is done. */
  expiresAt: string;
  /** Where the answer can be posted: `{"approved","by","reason"}` as JSON, with the API's token. */
  answerUrl: string;
}

/** What somebody who answered in a chat is told there. */
export interface Reply {
  /** One sentence. */
  says: string;
  /** Takes the place of what they answered to, for everybody to see; absent: it is said to them alone. */
  instead?: Notification;
}

/** Tells people in the chat in which they answered what became of it. */
export interface Replier {
  /** Delivers once or throws ProviderError, also for an address that is none of the chat's: then nothing is sent. */
  reply(address: string, reply: Reply, signal: AbortSignal): Promise<void>;
}

/** What is looked at when a platform is examined. */
export interface ExamineOptions {
  /** `write`: whoever asks starts runs again, or says something there. */
  need: 'read' | 'write';
  /** Where runs were seen lately: what may be read there is tried. Absent: nowhere yet. */
  place?: string;
  signal: AbortSignal;
}

/** Looks at what our credentials for a platform are good for, and changes nothing there. */
export interface Examined {
  /** As the platform is called in events: `github`. */
  readonly id: string;
  /** What was found. Throws nothing of the platform's. Absent: there is nothing to look at. */
  examine?(options: ExamineOptions): Promise<Finding[]>;
}

/** What became of the newest webhooks that a platform sent us. */
export interface SentWebhooks {
  sent: number;
  failed: number;
  /** The newest that failed; absent: none did. */
  failure?: {
    /** ISO 8601. */
    at: string;
    /** For people, e.g. `401 Unauthorized`. */
    says: string;
  };
}
