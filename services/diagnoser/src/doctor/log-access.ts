import type { Run } from '@prunella/contracts';
import { bad, type CiReader, type Finding, note, ok, ProviderError } from '@prunella/core';

/** Enough to know that it can be read. */
const ENOUGH = { maxJobs: 1, maxBytesPerLog: 16 * 1024 };

/** Whether the log of a run that failed can be read. Throws nothing of the platform's. @param reader undefined: nobody reads this platform. */
export async function logAccess(run: Run, reader: CiReader | undefined, signal: AbortSignal): Promise<Finding[]> {
  const { platform } = run;
  const name = `logs of ${platform}`;
  const where = `run ${run.runId} of ${run.repository || run.pipelineId}`;
  const docs = `docs/guide/${platform}.md`;
  if (reader === undefined) {
    // Whoever tells of failures by NATS or HTTP brings the error along.
    if (platform === 'generic' || platform === 'kubernetes') return [];
    const found = `nobody reads ${platform}: its failures are diagnosed by the error in the event alone`;
    return [note(name, found, 'connect the platform: give the diagnoser a token that reads it')];
  }
  try {
    const [job] = await reader.failedJobs(run, { ...ENOUGH, signal });
    if (job === undefined) return [ok(name, `the jobs of ${where} can be read (none of them failed)`)];
    if (job.log !== undefined) return [ok(name, `that of ${job.name} in ${where} can be read`)];
    return [bad(name, `that of ${job.name} in ${where} can't be read: ${job.gap ?? 'no reason given'}`, MEND, docs)];
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.problem === 'not-found')
      return [note(name, `${where} is not there any more: ${error.detail}`, 'examine again after the next failure')];
    return [bad(name, `the jobs of ${where} can't be read: ${error.detail}`, MEND, docs)];
  }
}

const MEND = 'give the token of the diagnoser the right to read jobs and logs';
