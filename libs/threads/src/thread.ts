import type { Run, Workload } from '@prunella/contracts';
import { stableId } from '@prunella/core';

/**
 * What a deployment, its pods and its alerts tell about the same thing belongs to one incident (ADR 0025). A thread is led by what was first heard of
 * it: a deployment that went well, or the first trouble. Everything here is pure.
 */
export interface Thread {
  incidentId: string;
  /** Who began it. */
  lead: Lead;
  /** When it began: what begins later takes its place. Milliseconds since the epoch. */
  begunAt: number;
  /** When it was last heard of; milliseconds since the epoch. */
  at: number;
  /** The attempt that the next new trouble counts as. */
  next: number;
  /** Newest last. */
  troubles: readonly Trouble[];
  /** Which attempt of which incident ended with what began this thread; absent: none. */
  settled?: Settled;
}

/** What a success ended. */
export interface Settled {
  incidentId: string;
  attempt: number;
}

type Lead = Pick<Run, 'platform' | 'runId' | 'headSha' | 'repository' | 'branch' | 'environment' | 'kind'> & {
  workload?: Workload;
};

/** Something that is wrong, told by one event or many. */
export interface Trouble {
  /** Of the error: events with the same one tell the same thing, until it is over. */
  type: string;
  /** The attempt of the incident that it counts as. */
  attempt: number;
  /** Runs that told it, and those of them that did not go well since then. */
  runs: readonly string[];
  open: readonly string[];
  /** When it was first told; milliseconds since the epoch. */
  at: number;
  /** Told by an alert or a measurement: that what was deployed runs does not end it. */
  measured: boolean;
  /** What went well instead of those that told it; absent: they did themselves, or it is not over. */
  endedBy?: string;
}

/** What a failure says about where it belongs. */
export interface Told {
  run: Run;
  incidentId: string;
  /** Of the error. */
  type: string;
}

/** What can be rerun goes on counting its own attempts: what joins it begins here, so that no attempt means two things. */
const JOINED_FROM = 101;
/** Who tells what something that was deployed is like; everybody else tells of a deployment. */
const MEASURES: readonly string[] = ['alertmanager', 'prometheus'];
const SYMPTOMS: readonly string[] = [...MEASURES, 'kubernetes'];
const MOST_TROUBLES = 20;
const MOST_RUNS = 50;

/** Whether it is told about something that was deployed, by an alert, a pod or a measurement; false: it is a deployment. */
export function isSymptom({ platform }: Pick<Run, 'platform'>): boolean {
  return SYMPTOMS.includes(platform);
}

/** Whether it was measured, and says nothing of whether what was deployed runs. */
export function isMeasured({ platform }: Pick<Run, 'platform'>): boolean {
  return MEASURES.includes(platform);
}

/** The keys under which the thread of a run is found, the surest first; none: it can belong to nothing else. Safe as KV keys. */
export function keysOf(run: Run): string[] {
  const { workload, repository, headSha, pipelineId, platform, kind, environment } = run;
  const keys: string[] = [];
  if (workload !== undefined) keys.push(placeOf({ workload, environment }));
  const deploys = kind === 'deployment' || (kind === 'run' && environment !== '');
  if (repository !== '' && headSha !== '' && deploys) keys.push(stableId('commit', repository, headSha));
  // An alert about a service, told by many pods.
  if (keys.length === 0 && kind === 'deployment') {
    keys.push(stableId('pipeline', platform, repository, pipelineId, environment));
  }
  return keys;
}

/** Whether what is told now is about what the thread is about, or was told there before. */
export function isAbout(
  thread: Thread,
  { run, incidentId }: Pick<Told, 'run' | 'incidentId'>,
  now: number,
  withinMs: number,
): boolean {
  const key = runKey(run);
  if (thread.incidentId === incidentId || thread.troubles.some(({ runs }) => runs.includes(key))) return true;
  if (now - thread.at > withinMs) return false;
  const { lead } = thread;
  if (run.headSha !== '' && lead.headSha !== '' && run.headSha !== lead.headSha) return false;
  // A cluster names what was rolled out: another one is another deployment.
  return !(run.platform === 'kubernetes' && lead.platform === 'kubernetes' && run.runId !== lead.runId);
}

/** A thread that begins with a deployment that went well, at `endedAt`. */
export function deployed(run: Run, incidentId: string, endedAt: number, settled?: Settled): Thread {
  const next = run.kind === 'run' ? JOINED_FROM : run.attempt;
  const begun = { incidentId, lead: leadOf(run), begunAt: endedAt, at: endedAt, next, troubles: [] };
  return { ...begun, ...(settled !== undefined && { settled }) };
}

/** A thread that begins with a trouble, which is its own. */
export function troubled({ run, incidentId, type }: Told, now: number): Thread {
  const trouble: Trouble = { type, attempt: run.attempt, ...toldBy(run, now) };
  const next = run.kind === 'run' ? JOINED_FROM : run.attempt + 1;
  return { incidentId, lead: leadOf(run), begunAt: now, at: now, next, troubles: [trouble] };
}

/**
 * The thread with a trouble more, and as which attempt of its incident it counts: that of the same trouble, while it is not over, else a new one. A
 * deployment that fails once more is a new one always: somebody tried again.
 * What was told before gives the same answer again.
 */
export function joined(
  thread: Thread,
  { run, incidentId, type }: Told,
  now: number,
): { thread: Thread; attempt: number } {
  const key = runKey(run);
  const at = Math.max(thread.at, now);
  const known = thread.troubles.find(({ runs }) => runs.includes(key));
  if (known !== undefined) return { thread: { ...thread, at }, attempt: known.attempt };
  const same = isSymptom(run)
    ? thread.troubles.findLast((trouble) => trouble.type === type && trouble.open.length > 0)
    : undefined;
  if (same !== undefined) {
    const more = { ...same, runs: [...same.runs, key].slice(-MOST_RUNS), open: [...same.open, key].slice(-MOST_RUNS) };
    const troubles = thread.troubles.map((trouble) => (trouble === same ? more : trouble));
    return { thread: { ...thread, at, troubles }, attempt: same.attempt };
  }
  // Its own leader, e.g. the watch of the deployment: it has an attempt already.
  const own = incidentId === thread.incidentId && !thread.troubles.some(({ attempt }) => attempt === run.attempt);
  const attempt = own ? run.attempt : thread.next;
  const trouble: Trouble = { type, attempt, ...toldBy(run, now) };
  const troubles = [...thread.troubles, trouble].slice(-MOST_TROUBLES);
  return { thread: { ...thread, at, next: Math.max(thread.next, attempt + 1), troubles }, attempt };
}

/**
 * The thread once a run went well, at `endedAt`, and the attempt that this ends; undefined: it ends none here. What told a trouble ends it. That a
 * workload was deployed well, or is well, also ends what other deployments and pods of it told before; what was measured ends by being measured.
 */
export function recovered(thread: Thread, run: Run, endedAt: number): { thread: Thread; attempt: number } | undefined {
  const key = runKey(run);
  const told = toldAs(run);
  const ends = (trouble: Trouble) =>
    trouble.runs.some((each) => told.has(each)) || trouble.endedBy === key || endsOthers(thread, trouble, run, endedAt);
  const ended = thread.troubles.filter(ends);
  if (ended.length === 0) return undefined;
  const better = (trouble: Trouble): Trouble => {
    // The runs stay known, so that a late copy of a failure is no new trouble.
    if (endsOthers(thread, trouble, run, endedAt)) return { ...trouble, open: [], endedBy: key };
    return { ...trouble, open: trouble.open.filter((each) => !told.has(each)) };
  };
  const troubles = thread.troubles.map((trouble) => (ends(trouble) ? better(trouble) : trouble));
  return { thread: { ...thread, troubles }, attempt: Math.max(...ended.map(({ attempt }) => attempt)) };
}

/** What the run told until then: its earlier attempts are over, too. */
function toldAs(run: Run): ReadonlySet<string> {
  const earlier = Array.from({ length: Math.min(run.attempt - 1, MOST_RUNS) }, (_, at) => at + 1);
  return new Set([...earlier, run.attempt].map((attempt) => runKey({ ...run, attempt })));
}

function endsOthers({ lead }: Thread, { measured, open, at }: Trouble, run: Run, endedAt: number): boolean {
  if (run.kind !== 'deployment' || isMeasured(run) || measured || open.length === 0 || endedAt < at) return false;
  const differ = <T>(a: T, b: T) => Boolean(a) && Boolean(b) && a !== b;
  if (differ(placeOf(lead), placeOf(run))) return false;
  // The cluster's word is about the workload, whatever is rolled out there; anybody else's is about what was deployed.
  if (run.platform === 'kubernetes') return run.workload !== undefined;
  return !differ(lead.headSha, run.headSha) && !differ(lead.environment, run.environment);
}

/** Whether a run began a thread. */
export function leads({ lead }: Thread, run: Run): boolean {
  return lead.platform === run.platform && lead.runId === run.runId && run.runId !== '';
}

/** What a run leaves open, as the leader of its thread knows it. */
export function filled<R extends Omit<Run, 'attempt'>>(run: R, { lead }: Thread): R {
  const workload = run.workload ?? lead.workload;
  return {
    ...run,
    repository: run.repository || lead.repository,
    headSha: run.headSha || lead.headSha,
    branch: run.branch || lead.branch,
    environment: run.environment || lead.environment,
    ...(workload !== undefined && { workload }),
  };
}

function leadOf({ platform, runId, headSha, repository, branch, environment, kind, workload }: Run): Lead {
  return {
    ...{ platform, runId, headSha, repository, branch, environment, kind },
    ...(workload !== undefined && { workload }),
  };
}

function toldBy(run: Run, at: number): Omit<Trouble, 'type' | 'attempt'> {
  const key = runKey(run);
  return { runs: [key], open: [key], at, measured: isMeasured(run) };
}

function runKey({ platform, repository, runId, pipelineId, attempt }: Run): string {
  return stableId('run', platform, repository, runId || pipelineId, String(attempt));
}

function placeOf({ workload, ...run }: Pick<Run, 'workload' | 'environment'>): string {
  return workload === undefined ? '' : stableId('workload', namespaceOf(workload, run), workload.name);
}

function namespaceOf(workload: Workload, run: Pick<Run, 'environment'>): string {
  return workload.namespace || run.environment || 'default';
}
