import type { Conclusion, Run } from '@prunella/contracts';
import { type CiReader, type JobLog, ProviderError, type RunState } from '@prunella/core';
import { request, tailOf } from '@prunella/http';
import { z } from 'zod';
import type { CiPlatform, CiWriter } from '../platform.ts';

const PLATFORM = 'playground';

const ApiRun = z.object({
  status: z.enum(['queued', 'in_progress', 'completed']),
  conclusion: z.string().nullish(),
  attempt: z.int(),
  headSha: z.string(),
  branchHeadSha: z.string().optional(),
});
const ApiJobs = z.object({
  jobs: z.array(
    z.object({ id: z.string(), name: z.string(), conclusion: z.string().nullish(), failedStep: z.string().nullish() }),
  ),
});

/** PLAYGROUND_URL: the simulated platform. */
export function playground(environment: NodeJS.ProcessEnv): CiPlatform | undefined {
  const url = environment['PLAYGROUND_URL']?.replace(/\/+$/, '');
  return url ? { id: PLATFORM, reader: reader(url), writer: writer(url) } : undefined;
}

function reader(url: string): CiReader {
  return {
    platform: PLATFORM,
    async state(run, signal): Promise<RunState | undefined> {
      const response = await request(`${url}/api/runs/${encodeURIComponent(run.runId)}`, {
        provider: PLATFORM,
        signal,
        allow: [404],
      });
      if (response.status === 404) return undefined;
      const { conclusion, ...state } = await parsed(ApiRun, response);
      return { ...state, ...(conclusion && { conclusion: conclusion as Conclusion }) } as RunState;
    },
    async failedJobs(run, { maxBytesPerLog, maxJobs, signal }): Promise<JobLog[]> {
      const response = await request(`${url}/api/runs/${encodeURIComponent(run.runId)}/attempts/${run.attempt}/jobs`, {
        provider: PLATFORM,
        signal,
      });
      const { jobs } = await parsed(ApiJobs, response);
      const failed = jobs.filter((job) => job.conclusion !== 'success').slice(0, maxJobs);
      return await Promise.all(
        failed.map(async ({ id, name, conclusion, failedStep }) => {
          const log = await request(`${url}/api/jobs/${encodeURIComponent(id)}/log`, { provider: PLATFORM, signal });
          const tail = await tailOf(log.body ?? empty(), maxBytesPerLog);
          return {
            id,
            name,
            conclusion: (conclusion ?? 'failure') as Conclusion,
            ...(failedStep && { failedStep }),
            log: tail.text,
            firstLine: tail.firstLine,
          };
        }),
      );
    },
  };
}

function writer(url: string): CiWriter {
  return {
    async rerunFailedJobs(run: Run, signal) {
      await request(`${url}/api/runs/${encodeURIComponent(run.runId)}/rerun`, {
        provider: PLATFORM,
        method: 'POST',
        json: { attempt: run.attempt },
        signal,
      });
    },
  };
}

async function parsed<T extends z.ZodType>(schema: T, response: Response): Promise<z.infer<T>> {
  const result = schema.safeParse(await response.json().catch(() => undefined));
  if (result.success) return result.data;
  throw new ProviderError(
    PLATFORM,
    'unavailable',
    `${response.url}: an answer that is not as agreed: ${z.prettifyError(result.error)}`,
  );
}

async function* empty(): AsyncGenerator<Uint8Array> {}
