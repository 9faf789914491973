import { type Answer, missing, pageOf } from '../http.ts';
import type { FakeRun } from '../model.ts';
import { annotationJson, jobJson, jobOfId, runJson } from '../payloads.ts';
import { isOf, listRuns } from '../run-list.ts';
import type { GitHubWorld } from '../world.ts';
import { type Route, refused, unprocessable } from './route.ts';

const MOST_RERUNS = 50;
const RERUN_FOR_MS = 30 * 86_400_000;

/** Runs, their jobs and logs. @param storage the address of the host of the logs. */
export function runRoutes(world: GitHubWorld, storage: () => string): readonly Route[] {
  return [
    {
      method: 'POST',
      path: /^actions\/workflows\/([^/]+)\/dispatches$/,
      answer: ({ repository, body, login }, workflow = '') => dispatch(world, repository, workflow, body, login),
    },
    {
      method: 'POST',
      path: /^actions\/jobs\/(\d+)\/rerun$/,
      answer: ({ repository }, job) => rerunJob(world, repository, Number(job)),
    },
    {
      method: 'GET',
      path: /^actions\/workflows\/([^/]+)\/runs$/,
      answer: ({ repository, query }, workflow) => runsOf(world, repository, workflow, query),
    },
    {
      method: 'GET',
      path: /^actions\/runs$/,
      answer: ({ repository, query }) => runsOf(world, repository, undefined, query),
    },
    {
      method: 'GET',
      path: /^actions\/runs\/(\d+)\/attempts\/(\d+)\/jobs$/,
      answer: ({ repository, query }, run = '', attempt) => jobs(world.find(repository, run), Number(attempt), query),
    },
    {
      method: 'GET',
      path: /^actions\/jobs\/(\d+)\/logs$/,
      answer: (_, job) =>
        logText(world, Number(job)) === undefined
          ? missing
          : { status: 302, headers: { location: `${storage()}/logs/${job}?sig=once` } },
    },
    {
      method: 'GET',
      path: /^check-runs\/(\d+)\/annotations$/,
      answer: ({ query }, job) => annotations(world, Number(job), query),
    },
    {
      method: 'GET',
      path: /^actions\/runs\/(\d+)$/,
      answer: ({ repository }, id = '') => {
        const run = world.find(repository, id);
        return run === undefined ? missing : { status: 200, body: runJson(run) };
      },
    },
    {
      method: 'POST',
      path: /^actions\/runs\/(\d+)\/(rerun-failed-jobs|rerun)$/,
      answer: ({ repository }, id = '', what) => {
        const run = world.find(repository, id);
        return run === undefined ? missing : rerunOnRequest(world, run, what === 'rerun-failed-jobs');
      },
    },
  ];
}

/** The log of a job, by its number; undefined: there is none. */
export function logText(world: GitHubWorld, id: number): string | undefined {
  const { runId, attempt, index } = jobOfId(id);
  return world.runs.find((run) => run.id === runId)?.jobs[attempt - 1]?.[index]?.log;
}

function rerunOnRequest(world: GitHubWorld, run: FakeRun, failedJobsOnly: boolean): Answer {
  if (run.status !== 'completed') return refused('This workflow is already running');
  const failed = run.jobs[run.attempt - 1]?.some(({ conclusion }) => conclusion !== 'success');
  if (failedJobsOnly && (run.conclusion === 'success' || !failed))
    return refused('This workflow run cannot be rerun because it has no failed jobs');
  if (run.reruns >= MOST_RERUNS)
    return refused('Unable to rerun this workflow run because it has reached the rerun limit');
  if (Date.now() - Date.parse(run.createdAt) > RERUN_FOR_MS)
    return refused('Unable to retry this workflow run because it was created over a month ago');
  world.rerun(run);
  world.effects.push(`${run.repository}#${run.id} -> ${run.attempt}`);
  return { status: 201, body: {} };
}

function rerunJob(world: GitHubWorld, repository: string, id: number): Answer {
  const { runId, attempt, index } = jobOfId(id);
  const run = world.find(repository, runId);
  if (run?.jobs[attempt - 1]?.[index] === undefined) return missing;
  return rerunOnRequest(world, run, false);
}

function dispatch(world: GitHubWorld, repository: string, workflow: string, body: unknown, login: string): Answer {
  const { ref, inputs = {}, return_run_details } = body as { ref: string; inputs?: object } & Record<string, unknown>;
  if (world.isOld && return_run_details !== undefined)
    return unprocessable('Invalid request.\n\n"return_run_details" is not a permitted key.');
  const same = world.runs.find((run) => run.repository === repository && isOf(run, workflow));
  if (same === undefined) return missing;
  const headSha = world.headOf(repository, ref);
  if (headSha === undefined) return unprocessable(`No ref found for: ${ref}`);
  const run = world.addRun({
    ...{ repository, workflow: same.workflow, path: same.path, branch: ref, headSha },
    ...{ status: 'queued', conclusion: null, jobs: [], event: 'workflow_dispatch', actor: login },
  });
  world.dispatched.push({ run, inputs: { ...inputs } });
  if (return_run_details !== true) return { status: 204 };
  const { url: run_url, html_url } = runJson(run);
  return { status: 200, body: { workflow_run_id: run.id, run_url, html_url } };
}

/** The runs of a repository, or of one of its workflows, by its number or the name of its file. */
function runsOf(world: GitHubWorld, repository: string, workflow: string | undefined, query: URLSearchParams): Answer {
  const runs = world.runs.filter(
    (run) => run.repository === repository && (workflow === undefined || isOf(run, workflow)),
  );
  return runs.length === 0 ? missing : listRuns(runs, query);
}

function jobs(run: FakeRun | undefined, attempt: number, query: URLSearchParams): Answer {
  const jobs = run?.jobs[attempt - 1];
  if (run === undefined || jobs === undefined) return missing;
  const all = jobs.map((_, index) => jobJson(run, attempt, index));
  return { status: 200, body: { total_count: jobs.length, jobs: pageOf(all, query) } };
}

function annotations(world: GitHubWorld, id: number, query: URLSearchParams): Answer {
  const { runId, attempt, index } = jobOfId(id);
  const job = world.runs.find((run) => run.id === runId)?.jobs[attempt - 1]?.[index];
  if (job === undefined) return missing;
  return { status: 200, body: pageOf(job.annotations ?? [], query).map(annotationJson) };
}
