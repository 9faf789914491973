import type { Run } from '@prunella/contracts';
import { type CiReader, type JobLog, messageOf, ProviderError, type RunState } from '@prunella/core';
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
      const response = await get(`${runUrl(run)}/attempts/${run.attempt}/jobs`, signal);
      const { jobs } = await parsed(ApiJobs, response);
      const telling = tellingJobs(jobs).slice(0, maxJobs);
      return await Promise.all(telling.map((job) => jobLog(job, maxBytesPerLog, signal)));
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
