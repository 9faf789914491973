/** A parameter that a job of the fake asks for. */
export interface FakeParameter {
  name: string;
  kind: 'string' | 'boolean' | 'password';
  /** What it is without being told. */
  value: string | boolean;
}

/** A job of the fake. */
export interface FakeJenkinsJob {
  /** As in its address without `/job/`. */
  path: string;
  /** Pipelines tell of their stages. */
  kind: 'pipeline' | 'freestyle';
  /** undefined: it takes none. */
  parameters?: FakeParameter[];
  disabled: boolean;
}

/** What something was begun by. */
export type FakeCause =
  | { by: string }
  | { rebuildOf: number }
  | { replayOf: number }
  | { restartOf: number; stage: string }
  | { timer: true };

/** What a build or an item of the queue was begun with. */
interface FakeBegun {
  job: string;
  parameters: FakeParameter[];
  causes: FakeCause[];
  /** When it was put in the queue, milliseconds since the epoch. */
  since: number;
}

export interface FakeBuild extends FakeBegun {
  number: number;
  /** null: it is still running. */
  result: 'SUCCESS' | 'FAILURE' | 'UNSTABLE' | 'ABORTED' | 'NOT_BUILT' | null;
  /** What the git plugin notes of each checkout. */
  checkouts: { sha: string; branch: string; remote: string }[];
  log: string;
  /** Of a pipeline; undefined: the plugin that tells of them is not there. */
  stages?: { name: string; status: string }[];
  /** What the JUnit plugin tells; undefined: the build has no tests. */
  tests?: { name: string; enclosingBlockNames?: string[]; cases: Record<string, unknown>[] }[];
}

export interface FakeQueueItem extends FakeBegun {
  id: number;
  state: 'waiting' | 'cancelled' | { number: number };
}

/** Something that goes wrong at a request, once. */
export interface JenkinsFault {
  /** On `METHOD path`. */
  on: RegExp;
  /** An answer, no answer at all, or a connection cut. */
  answer: { status: number; headers?: Record<string, string>; text?: string } | 'hang' | 'cut';
  /** Whether the request takes effect before that. */
  afterEffect?: boolean;
}

/** A build to be made; what is left out is usual. */
export type NewBuild = Partial<FakeBuild>;
