/** A failed or passed job of the fake, in one attempt. */
export interface FakeJob {
  name: string;
  conclusion: 'success' | 'failure' | 'cancelled' | 'timed_out';
  /** undefined: GitHub has no log of it (any more), 404. */
  log?: string;
  failedStep?: string;
  /** What GitHub itself says about its failure. Default: nothing. */
  annotations?: readonly string[];
}

/** A workflow run of the fake. */
export interface FakeRun {
  repository: string;
  /** Where its commit comes from, `owner/name`: a fork's for a pull request from one; null: that is gone. Default: the same repository. */
  headRepository?: string | null;
  id: number;
  workflow: string;
  path: string;
  headSha: string;
  /** Empty: it has none. */
  branch: string;
  attempt: number;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  /** When its first attempt began, ISO 8601. */
  createdAt: string;
  /** When its newest attempt began. Default: the first one did. */
  startedAt?: string;
  /** When it last changed: of a run that has ended, when it did. Default: when it was created. */
  updatedAt?: string;
  /** What its list tells otherwise than GitHub's description says. */
  oddly?: Record<string, unknown>;
  /** Jobs by attempt; index 0 is attempt 1. */
  jobs: FakeJob[][];
  reruns: number;
  /** Paths of the files that its commit changed. Default: none. */
  changedFiles?: readonly string[];
  /** What started it. Default: push. */
  event?: string;
  /** Who did. */
  actor?: string;
}

/** Something that goes wrong at a request, once. */
export interface Fault {
  /** On `METHOD path`. */
  on: RegExp;
  /** An answer, no answer at all, a connection cut, or one that is cut in the middle of the answer. With `text` it is sent as it is, instead of `body`. */
  answer: { status: number; headers?: Record<string, string>; body?: unknown; text?: string } | 'hang' | 'cut' | 'half';
  /** Whether the request takes effect before that. */
  afterEffect?: boolean;
  /** Told when it happens to a request. */
  onTaken?(): void;
}

/** A run to be made; what is left out is usual. */
export type NewRun = Partial<Omit<FakeRun, 'jobs'>> & { jobs?: FakeJob[] };

/** A GitHub App of the fake. */
export interface FakeApp {
  id: number;
  slug: string;
  /** PEM, PKCS#1 as GitHub gives it out. */
  privateKey: string;
  publicKey: string;
  installationId: number;
  /** `owner/name` of the repositories that it is installed in; undefined: all. */
  repositories?: readonly string[];
}

/** A pull request of the fake. */
export interface FakePull {
  repository: string;
  number: number;
  branch: string;
  /** A fork's for a pull request from one. */
  headRepository: string;
  headSha: string;
  state: 'open' | 'closed';
}

/** A comment on one. */
export interface FakeComment {
  repository: string;
  number: number;
  id: number;
  body: string;
  login: string;
}
