import { gitlabConclusion, gitlabJobConclusion } from '@prunella/ci';
import type { Conclusion, Failure, Job } from '@prunella/contracts';
import { parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { cut, Id, ignored, Project, reported, Sha, Text, Time } from './reading.ts';

/** More failed jobs than that say nothing new, and a project may have thousands. */
const MOST_JOBS = 50;

const Build = z.object({
  id: z.int().nonnegative(),
  name: z.string().min(1),
  status: z.string(),
  allow_failure: z
    .boolean()
    .nullish()
    .transform((allowed) => allowed ?? false),
  // Jobs that did not fail may carry one, too.
  failure_reason: Text,
  started_at: Time.nullish(),
  finished_at: Time.nullish(),
  runner: z.object({ description: Text }).nullish(),
});
type Build = z.infer<typeof Build>;

const PipelinePayload = z.object({
  object_attributes: z.object({
    id: Id,
    name: Text,
    /** Of a merge request's pipeline it is the source branch, maybe of a fork. */
    ref: z.string().min(1),
    sha: Sha,
    source: Text,
    status: z.string().min(1),
    stages: z.array(z.unknown()).nullish(),
    created_at: Time,
    finished_at: Time.nullish(),
    url: Text,
  }),
  merge_request: z.object({ iid: Id }).nullish(),
  project: Project,
  /** The last try of each job; without those that only begin other pipelines. */
  builds: z.array(Build).default([]),
});
type PipelinePayload = z.infer<typeof PipelinePayload>;

/** That the script failed, the log says better. */
const SAYS_NOTHING: readonly string[] = ['', 'script_failure', 'unknown_failure'];

/** `running` starts an attempt of a pipeline; `success`, `failed`, `canceled`, `skipped` and `manual` (it waits for a person) end it. */
export function pipeline(json: Record<string, unknown>): Heard {
  const payload = parseInput(PipelinePayload, json);
  const { object_attributes: told, project, builds } = payload;
  const { status, id, finished_at: finishedAt, created_at: createdAt } = told;
  const newestJob = newestOf(builds);
  const common = {
    runId: id,
    headSha: told.sha,
    branch: branchOf(payload),
    url: told.url || `${project.web_url}/-/pipelines/${id}`,
    name: cut(told.name || project.path_with_namespace, 512),
    kind: 'run' as const,
  };
  if (status === 'running') {
    const startedAt = startOf(builds);
    return reported(
      'pipeline.started',
      { project, id: `pipeline/${id}/job/${newestJob || 0}/running`, time: startedAt ?? createdAt, newestJob },
      { ...common, ...(startedAt !== undefined && { startedAt }) },
    );
  }
  const conclusion = conclusionOf(payload);
  if (conclusion === 'neutral') return ignored(`pipeline ${cut(status, 80)}: it has not ended`);
  // a pipeline that is tried again ends again: at another time, with a newer job
  const eventId = `pipeline/${id}/job/${newestJob || 0}/${status}/${toTheSecond(finishedAt ?? createdAt)}`;
  const failed = builds.filter((build) => isFailed(conclusionOfBuild(build)));
  const error = conclusion === 'failure' ? errorOf(failed) : undefined;
  return reported(
    'pipeline.finished',
    { project, id: eventId, time: finishedAt ?? createdAt, newestJob },
    {
      ...common,
      conclusion,
      startedAt: startOf(builds) ?? createdAt,
      ...(finishedAt && { finishedAt }),
      ...(error !== undefined && { error }),
      jobs: failed.slice(0, MOST_JOBS).map((build) => jobOf(build, project)),
    },
  );
}

/** The hook tells whole seconds, and the API their parts. */
function toTheSecond(time: string): string {
  return time.replace(/\.\d+Z$/, '.000Z');
}

/** Empty: there are no jobs. */
function newestOf(builds: readonly Build[]): string {
  const newest = builds.reduce((most, { id }) => Math.max(most, id), -1);
  return newest < 0 ? '' : String(newest);
}

/** The ref of a merge request's pipeline is one of three; which one, the API says. */
function branchOf({ object_attributes: { ref, source }, merge_request: request }: PipelinePayload): string {
  return source === 'merge_request_event' && request ? `refs/merge-requests/${request.iid}/head` : ref;
}

/** One that failed without stages never was more than a broken configuration. */
function conclusionOf({ object_attributes: { status, stages }, builds }: PipelinePayload): Conclusion {
  const conclusion = gitlabConclusion(status);
  const couldNotBegin = conclusion === 'failure' && builds.length === 0 && stages?.length === 0;
  return couldNotBegin ? 'startup_failure' : conclusion;
}

/** When the first job began. A later attempt began later: that, the API says. */
function startOf(builds: readonly Build[]): string | undefined {
  return builds
    .flatMap(({ started_at: at }) => at ?? [])
    .toSorted()
    .at(0);
}

function conclusionOfBuild({ status, allow_failure, failure_reason }: Build): Conclusion {
  return gitlabJobConclusion({ status, allow_failure, failure_reason });
}

function isFailed(conclusion: Conclusion): boolean {
  return conclusion === 'failure' || conclusion === 'timed_out';
}

function jobOf(build: Build, project: Project): Job {
  return {
    id: String(build.id),
    name: cut(build.name, 512),
    conclusion: conclusionOfBuild(build),
    url: cut(`${project.web_url}/-/jobs/${build.id}`, 2_048),
    failedStep: '',
    runner: cut(build.runner?.description ?? '', 256),
    ...(build.started_at && { startedAt: build.started_at }),
    ...(build.finished_at && { finishedAt: build.finished_at }),
  };
}

/**
 * GitLab's own word for why the jobs failed, where it has the same for all of them: one job whose script failed is a failure of the script, whatever
 * happened to its neighbours.
 */
function errorOf(failed: readonly Build[]): Failure | undefined {
  const reasons = new Set(failed.map(({ failure_reason: reason }) => reason));
  const [reason = ''] = reasons;
  if (reasons.size !== 1 || SAYS_NOTHING.includes(reason)) return undefined;
  const names = failed
    .slice(0, 3)
    .map(({ name }) => cut(name, 80))
    .join(', ');
  return { type: cut(reason, 256), message: `${names}: GitLab says ${cut(reason, 256)}`, stack: '' };
}
