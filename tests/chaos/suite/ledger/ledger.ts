/**
 * What happened, as it was seen from outside: written down by the platform, by whoever sends, and in the end read from the public API, the bus and the
 * process table. Nothing of it comes from Prunella's code. All times are milliseconds since the run began, by a clock that nobody shifts.
 */
export interface Ledger {
  /** Reports of the platform about its runs, by webhook. */
  deliveries: Delivery[];
  /** Failures that publishers told without a platform. */
  reports: Report[];
  /** What publishers sent that is no event: it has to be in the dead letters. */
  garbage: Garbage[];
  /** Reruns that took effect on the platform and that a client with a token asked for. */
  effects: Effect[];
  /** Reruns that people began on the platform itself. */
  byPeople: Attempt[];
  /** What people answered over the API. */
  answers: Answer[];
  /** Events that were put on the bus once more, as they were. */
  replayed: string[];
  /** What was wrong with requests by the platform's own description of its API. */
  violations: string[];
  /** Deaths of processes that nobody had asked for. */
  deaths: Death[];
  /** Starts that failed. */
  failedStarts: FailedStart[];
  /** Faults that were begun, in that order. */
  faults: FaultSeen[];
  /** The most memory that each process was seen with. */
  memory: Memory[];
  /** What was begun after the last fault, to see whether Prunella still does its work. */
  probes: Probes;
  /** How everything stands in the end. */
  end: End;
  /** How the processes ended when they were asked to. */
  ends: ProcessEnd[];
}

export interface Attempt {
  repository: string;
  runId: string;
  /** From 1. */
  attempt: number;
}

export interface Delivery extends Attempt {
  id: string;
  /** What it tells of: a run, or a job of it. */
  kind: 'run' | 'job';
  /** As the platform says it: `requested`, `success`, `failure`. */
  says: string;
  /** undefined: it was never taken. */
  acceptedAt?: number;
}

export interface Report {
  key: string;
  pipelineId: string;
  via: 'http' | 'bus';
  /** undefined: it was never taken. */
  acceptedAt?: number;
}

export interface Garbage {
  marker: string;
  acceptedAt?: number;
}

export interface Effect extends Attempt {
  /** `attempt` is the one that it began. */
  at: number;
  /** undefined: it still runs. */
  endedAt?: number;
  /** How it ended. */
  conclusion?: 'success' | 'failure';
}

export interface Answer {
  repository: string;
  runId: string;
  /** The attempt that failed, about which was asked. */
  attempt: number;
  incidentId: string;
  approved: boolean;
  /** When it was sent first. */
  at: number;
}

export interface Death {
  process: string;
  at: number;
  how: string;
}

export interface FailedStart {
  process: string;
  /** When it was begun, and when it had failed. */
  from: number;
  at: number;
  says: string;
  /** It was killed meanwhile by a fault. */
  wasKilled: boolean;
}

export interface FaultSeen {
  kind: string;
  target: string;
  from: number;
  /** undefined: it lasts. */
  to?: number;
  /** Whether a process that is started meanwhile may fail to: what it needs is away. */
  startsMayFail: boolean;
  /** How often it met something: messages lost, requests refused, processes killed. */
  happened: number;
}

export interface Memory {
  process: string;
  /** MiB of resident memory; 0: nothing was seen. */
  mostMiB: number;
}

/** A run on each platform that one rerun heals, and a report by HTTP. */
export interface Probes {
  /** Empty: none was begun. */
  runs: Attempt[];
  pipelineId: string;
}

export interface ProcessEnd {
  process: string;
  afterMs: number;
  /** How it ended: `code 0`, `SIGKILL`. */
  how: string;
}

/** How everything stands, read at one time. */
export interface End {
  at: number;
  /** undefined: the API did not answer. */
  incidents?: IncidentSeen[];
  /** Of the stream, in its order. undefined: NATS did not answer. */
  events?: EventSeen[];
  deadLetters?: DeadLetterSeen[];
  consumers?: ConsumerSeen[];
  processes: ProcessSeen[];
  /** All runs of the platform. */
  runs: RunSeen[];
  /** What the API reports as learnt and done. */
  report?: { acted: number; healed: number; learntHealed: number };
}

/** Fields of the public API. */
export interface IncidentSeen {
  id: string;
  pipelineId: string;
  repository: string;
  runId: string;
  attempt: number;
  state: string;
  status: string | null;
  verdict: string | null;
  action: string | null;
  outcome: string | null;
  reason: string | null;
}

/** An event on the bus, with what the checks need of its data. */
export interface EventSeen {
  seq: number;
  /** When NATS took it. */
  at: number;
  subject: string;
  /** CloudEvents `source` and `id`. */
  identity: string;
  incidentId: string;
  pipelineId: string;
  repository: string;
  runId: string;
  attempt: number;
  platform: string;
  /** `run`, `job`, ... */
  kind: string;
  conclusion: string;
  action: string;
  status: string;
  key: string;
  /** Checks of the policy that spoke against it, separated by commas. */
  refusedBy: string;
  /** The earlier outcome that it takes back; empty: it is the first word. */
  reverses: string;
}

export interface DeadLetterSeen {
  subject: string;
  reason: string;
  error: string;
  /** The bytes, as text. */
  text: string;
}

export interface ConsumerSeen {
  stream: string;
  name: string;
  /** Messages that it has yet to deliver, and those that were delivered and not acknowledged. */
  pending: number;
  unacknowledged: number;
}

export interface ProcessSeen {
  process: string;
  /** HTTP status of `/readyz`; 0: no answer. */
  ready: number;
  /** What it said. */
  says: string;
}

export interface RunSeen extends Attempt {
  /** What was played: see load/stories.ts. */
  story: string;
  /** How its newest attempt ended; null: it runs. */
  conclusion: 'success' | 'failure' | null;
}

export function emptyLedger(): Ledger {
  return {
    ...{ deliveries: [], reports: [], garbage: [], effects: [], byPeople: [], answers: [], replayed: [] },
    ...{ violations: [], deaths: [], failedStarts: [], faults: [], memory: [], probes: { runs: [], pipelineId: '' } },
    ...{ end: { at: 0, processes: [], runs: [] }, ends: [] },
  };
}
