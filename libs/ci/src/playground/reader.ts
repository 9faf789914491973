import type { Run } from '@prunella/contracts';
import {
  type CiReader,
  type GreenLog,
  type JobLog,
  messageOf,
  ProviderError,
  platformAttempt,
  type RunState,
} from '@prunella/core';
import { cutOf, jsonOf, request, tailOf, usualRetries } from '@prunella/http';
import { z } from 'zod';
import { conclusionOf, tellingJobs } from '../conclusion.ts';

const PLATFORM = 'playground';

const ApiRun = z.object({
  status: z.enum(['queued', 'in_progress', 'completed']),
  conclusion: z.string().nullish(),
  attempt: z.int(),
  headSha: z.string(),
  branchHeadSha: z.string().optional(),
});
const ApiJob = z.object({
  id: z.string(),
  name: z.string(),
  conclusion: z.string().nullish(),
  failedStep: z.string().nullish(),
});
const ApiJobs = z.object({ jobs: z.array(ApiJob) });
const ApiRuns = z.object({
  runs: z.array(
    z.object({ id: z.string(), pipelineId: z.string(), attempt: z.int(), conclusion: z.string().nullish() }),
  ),
});
/** So many successful runs are looked into. */
const MOST_GREEN_RUNS = 3;

/** Reads the simulated platform. */
export function playgroundReader(url: string): CiReader {
  const runUrl = (run: Run) => `${url}/api/runs/${encodeURIComponent(run.runId)}`;
  const get = (address: string, signal: AbortSignal, allow: number[] = []) =>
    request(address, { provider: PLATFORM, signal, allow, retry: usualRetries });

  async function jobLog(job: z.infer<typeof ApiJob>, maxBytes: number, signal: AbortSignal): Promise<JobLog> {
    const { id, name, conclusion, failedStep } = job;
    const base = { id, name, conclusion: conclusionOf(conclusion), ...(failedStep && { failedStep }) };
    try {
      const response = await get(`${url}/api/jobs/${encodeURIComponent(id)}/log`, signal);
      const tail = await tailOf(response.body ?? nothing(), maxBytes);
      const gap = cutOf(tail);
      return { ...base, log: tail.text, firstLine: tail.firstLine, ...(gap !== undefined && { gap }) };
    } catch (error) {
      return { ...base, firstLine: 1, gap: `the log could not be read: ${messageOf(error)}` };
    }
  }

  async function jobsOf(run: Run, signal: AbortSignal): Promise<z.infer<typeof ApiJob>[]> {
    const response = await get(`${runUrl(run)}/attempts/${platformAttempt(run)}/jobs`, signal);
    return (await parsed(ApiJobs, response)).jobs;
  }

  /** The runs of the same pipeline that passed before this one; the platform tells the newest first and knows no default branch. */
  async function greenRuns(run: Run, signal: AbortSignal): Promise<Run[]> {
    const { runs } = await parsed(ApiRuns, await get(`${url}/api/runs`, signal));
    return runs
      .slice(runs.findIndex(({ id }) => id === run.runId) + 1)
      .filter(({ pipelineId, conclusion }) => pipelineId === run.pipelineId && conclusion === 'success')
      .slice(0, MOST_GREEN_RUNS)
      .map(({ id, attempt }) => ({ ...run, runId: id, attempt, runAttempt: attempt }));
  }

  return {
    platform: PLATFORM,
    async state(run, signal): Promise<RunState | undefined> {
      const response = await get(runUrl(run), signal, [404]);
      if (response.status === 404) return undefined;
      const { status, conclusion, attempt, headSha, branchHeadSha } = await parsed(ApiRun, response);
      return {
        status,
        ...(status === 'completed' && { conclusion: conclusionOf(conclusion) }),
        attempt,
        headSha,
        ...(branchHeadSha !== undefined && { branchHeadSha }),
      };
    },
    async failedJobs(run, { maxBytesPerLog, maxJobs, signal }): Promise<JobLog[]> {
      const telling = tellingJobs(await jobsOf(run, signal)).slice(0, maxJobs);
      return await Promise.all(telling.map((job) => jobLog(job, maxBytesPerLog, signal)));
    },
    async greenLogs(run, names, { maxBytesPerLog, maxPerJob, signal }): Promise<GreenLog[]> {
      const found: GreenLog[] = [];
      const isOpen = (name: string) =>
        names.includes(name) && found.filter(({ job }) => job === name).length < maxPerJob;
      for (const green of await greenRuns(run, signal)) {
        const jobs = (await jobsOf(green, signal)).filter(
          ({ name, conclusion }) => conclusion === 'success' && isOpen(name),
        );
        const logs = await Promise.all(jobs.map((job) => jobLog(job, maxBytesPerLog, signal)));
        // a log without text is gone: the playground forgets its oldest runs
        found.push(
          ...logs.flatMap(({ name, log }) => (log === undefined ? [] : [{ job: name, runId: green.runId, log }])),
        );
      }
      return found;
    },
  };
}

async function parsed<T extends z.ZodType>(schema: T, response: Response): Promise<z.infer<T>> {
  const result = schema.safeParse(await jsonOf(response, PLATFORM));
  if (result.success) return result.data;
  const { pathname } = new URL(response.url);
  throw new ProviderError(
    PLATFORM,
    'unavailable',
    `${pathname}: an answer that is not as agreed: ${z.prettifyError(result.error)}`,
  );
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
