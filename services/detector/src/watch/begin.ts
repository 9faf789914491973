import type { JsonBucket, Received } from '@prunella/bus';
import type { PipelineFinished, Run, Workload } from '@prunella/contracts';
import { type Clock, stableId } from '@prunella/core';
import { type Watch, watchFor, workloadOf } from '@prunella/policy';
import { type JudgeDeps, ofItsIncident } from '../detect.ts';
import { FAILED, finishedEventId } from '../failure-of.ts';
import { KUBERNETES_SOURCE } from './kubernetes/told.ts';
import type { Newest, Watched } from './watched.ts';

export interface BeginDeps extends Pick<JudgeDeps, 'originOf'> {
  readonly watches: readonly Watch[];
  newest: JsonBucket<Newest>;
  /** Setting the same one again changes nothing. */
  set(watched: Watched): Promise<void>;
  clock: Clock;
}

const MOST_TRIES = 10;

/**
 * Begins to watch what was deployed well, once. A deployment that ended later takes the place of an earlier one, also where it failed: then its
 * failure is told by itself.
 *
 * @returns the watch; undefined: there is none to begin.
 */
export async function begin(event: Received<'pipeline.finished'>, d: BeginDeps): Promise<Watched | undefined> {
  const { data } = event;
  // That a workload is well again is no deployment, and takes no deployment's place.
  if (event.source === KUBERNETES_SOURCE) return undefined;
  // The end of an alert or a breach deployed nothing.
  if (data.platform === 'alertmanager' || data.platform === 'prometheus') return undefined;
  const succeeded = data.conclusion === 'success';
  if (!succeeded && !FAILED.has(data.conclusion)) return undefined;
  const watch = watchFor(d.watches, data);
  if (watch === undefined) return undefined;
  const workload = workloadOf(watch, data);
  const target = targetOf(data, workload);
  const key = stableId('watch', event.source, event.id);
  if (!(await isNewest({ target, key, at: endOf(event), begun: !succeeded }, d))) return undefined;
  if (!succeeded) return undefined;
  const watched: Watched = {
    key,
    target,
    called: calledOf(data, workload),
    event: { id: event.id, source: event.source },
    failure: await failureOfIt(event, workload, d),
    watch,
    checks: [],
    dueAt: d.clock.now() + watch.stabilise,
    failures: 0,
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
  };
  await d.set(watched);
  await noteBegun(target, key, d);
  return watched;
}

/** Takes the place of the newest deployment, unless a newer one has it or this one was begun before. */
async function isNewest({ target, ...mine }: Newest & { target: string }, d: BeginDeps): Promise<boolean> {
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const entry = await d.newest.get(target);
    if (entry === undefined) {
      if ((await d.newest.create(target, mine)) !== undefined) return true;
      continue;
    }
    const { value, revision } = entry;
    // Begun by halves: it was cut off right there.
    if (value.key === mine.key) return !value.begun;
    if (value.at > mine.at) return false;
    if ((await d.newest.update(target, mine, revision)) !== undefined) return true;
  }
  throw new Error(`the newest deployment of ${target} could not be noted: others were faster ${MOST_TRIES} times`);
}

async function noteBegun(target: string, key: string, d: BeginDeps): Promise<void> {
  const entry = await d.newest.get(target);
  // When a newer one is there by now, there is nothing to note.
  if (entry?.value.key === key) await d.newest.update(target, { ...entry.value, begun: true }, entry.revision);
}

async function failureOfIt(event: Received<'pipeline.finished'>, workload: Workload | undefined, d: BeginDeps) {
  const { error: _, jobs: _jobs, ...deployed } = event.data;
  const failure = {
    ...deployed,
    kind: 'deployment' as const,
    conclusion: 'failure' as const,
    jobs: [],
    finishedEventId: finishedEventId(event.id),
    ...(workload !== undefined && { workload }),
  };
  return ofItsIncident(failure, await d.originOf(event.data));
}

function targetOf(run: Omit<Run, 'attempt'>, workload: Workload | undefined): string {
  return workload === undefined
    ? stableId('target', run.platform, run.repository, run.pipelineId, run.environment)
    : stableId('target', workload.kind || 'Deployment', workload.namespace, workload.name);
}

function calledOf(run: Omit<Run, 'attempt'>, workload: Workload | undefined): string {
  if (workload !== undefined) return `${workload.kind || 'Deployment'} ${workload.namespace}/${workload.name}`;
  return run.name || run.pipelineId;
}

function endOf({ data, time }: { data: PipelineFinished; time: string }): number {
  return Date.parse(data.finishedAt ?? time);
}
