import type { Run } from '@prunella/contracts';
import { type CiReader, type JobLog, ProviderError, platformAttempt, type RunState } from '@prunella/core';
import { cutOf } from '@prunella/http';
import { tellingJobs } from '../conclusion.ts';
import { unlessMissing } from '../unless-missing.ts';
import { getBuild, newestBuilds, queueOf, startedRun } from './builds.ts';
import type { JenkinsClient } from './client.ts';
import { jenkinsConclusion } from './conclusion.ts';
import { jenkinsDetails } from './details.ts';
import { finishedSince } from './finished.ts';
import { greenLogs } from './green.ts';
import { type BuildId, buildAddress, parseRunId } from './ids.ts';
import { type Build, Stages } from './model.ts';
import { isRerunOf } from './rerun-of.ts';
import { revisionOf, sameBranch } from './revision.ts';
import { testReports } from './tests.ts';
import { textOf } from './text.ts';

/** Reads Jenkins. Needs Overall/Read and Job/Read. A build is one job of its own, and never another attempt of itself. */
export function jenkinsReader(client: JenkinsClient): CiReader {
  return {
    platform: 'jenkins',
    state: (run, signal) => state(client, run, signal),
    details: (run, _newestJob, signal) => jenkinsDetails(client, run, signal),
    failedJobs: (run, options) => failedJobs(client, run, options),
    greenLogs: (run, jobs, options) => greenLogs(client, run, jobs, options),
    finishedSince: (place, since, options) => finishedSince(client, place, since, options),
    testReports: (run, options) => testReports(client, run, options),
  };
}

async function state(client: JenkinsClient, run: Run, signal: AbortSignal): Promise<RunState | undefined> {
  const id = parseRunId(run.runId);
  const build = await unlessMissing(getBuild(client, id, signal));
  if (build === undefined) return undefined;
  const revision = revisionOf(build, run);
  const now = { attempt: platformAttempt(run), headSha: revision?.sha ?? run.headSha };
  if (build.building) return { ...now, status: 'in_progress' };
  const queued = await queueOf(client, id.job, signal);
  const later = (await newestBuilds(client, id.job, signal)).filter(({ number }) => number > id.number);
  const rerun = later.find((other) => isRerunOf(build, id, other, client.user));
  const waits = queued.some((item) => isRerunOf(build, id, item, client.user));
  const branchHeadSha = revision && later.map((other) => sameBranch(other, revision)).find((sha) => sha !== undefined);
  return {
    ...now,
    status: 'completed',
    conclusion: jenkinsConclusion(build.result),
    ...(build.duration && { lastedMs: build.duration }),
    ...(branchHeadSha !== undefined && { branchHeadSha }),
    ...(rerun && { rerunAs: startedRun(rerun.url) }),
    ...(waits && { rerunQueued: true as const }),
  };
}

async function failedJobs(
  client: JenkinsClient,
  run: Run,
  { maxBytesPerLog, maxJobs, signal }: Parameters<CiReader['failedJobs']>[1],
): Promise<JobLog[]> {
  const id = parseRunId(run.runId);
  const build = await getBuild(client, id, signal);
  const base = { id: run.runId, name: id.job, conclusion: jenkinsConclusion(build.result), url: build.url };
  if (build.building || tellingJobs([base]).length === 0 || maxJobs < 1) return [];
  const [stage, log] = [await failedStage(client, build, id, signal), await logOf(client, id, maxBytesPerLog, signal)];
  const gap = [log.gap, stage.gap].filter((one) => one !== undefined).join('; ');
  return [{ ...base, ...(stage.name && { failedStep: stage.name }), ...log, ...(gap !== '' && { gap }) }];
}

/** Only a rate limit is an error here: then the log can be read later. */
async function logOf(
  client: JenkinsClient,
  id: BuildId,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Pick<JobLog, 'log' | 'firstLine' | 'gap'>> {
  try {
    const tail = await textOf(client, id, maxBytes, signal);
    const gap = cutOf(tail);
    return { log: tail.text, firstLine: tail.firstLine, ...(gap !== undefined && { gap }) };
  } catch (error) {
    return { firstLine: 1, gap: gapOf(error, 'log') };
  }
}

/** Of a pipeline, which stage failed first: where the plugin for that (Pipeline: REST API) is there. */
async function failedStage(
  client: JenkinsClient,
  { _class, result }: Build,
  id: BuildId,
  signal: AbortSignal,
): Promise<{ name?: string; gap?: string }> {
  if (!_class.endsWith('.WorkflowRun')) return {};
  try {
    const told = await unlessMissing(client.json(`${buildAddress(id)}/wfapi/describe`, Stages, signal));
    const wanted = result === 'UNSTABLE' ? 'UNSTABLE' : 'FAILED';
    const name = told?.stages.find(({ status }) => status === wanted)?.name;
    return name === undefined ? {} : { name };
  } catch (error) {
    return { gap: gapOf(error, 'list of stages') };
  }
}

function gapOf(error: unknown, what: string): string {
  if (!(error instanceof ProviderError) || error.problem === 'rate-limited') throw error;
  switch (error.problem) {
    case 'not-found':
      return `the ${what} is not there (any more): it was deleted with the build, or never written`;
    case 'forbidden':
    case 'unauthenticated':
      return `the ${what} may not be read: ${error.detail}`;
    default:
      return `the ${what} could not be read: ${error.detail}`;
  }
}
