import { Postponed, type Received } from '@prunella/bus';
import { parseData } from '@prunella/contracts';
import { type CiReader, completed, type JobLog, ProviderError } from '@prunella/core';
import { type GatherDeps, gather } from './gather.ts';

const AT = '2026-03-01T10:00:00.000Z';

function failure(changes: Record<string, unknown> = {}): Received<'pipeline.failed'> {
  const data = parseData('pipeline.failed', {
    pipelineId: 'ci',
    platform: 'github',
    repository: 'octo/repo',
    runId: '7',
    ...changes,
  });
  return {
    subject: 'pipeline.failed',
    id: 'e-1',
    source: 'spec',
    time: AT,
    seq: 1,
    delivery: 1,
    data: completed(data, 'e-1'),
  };
}

function job(changes: Partial<JobLog>): JobLog {
  return { id: '1', name: 'build', conclusion: 'failure', firstLine: 1, ...changes };
}

/** Nothing is known of earlier runs. */
const noneEarlier: GatherDeps['earlierLogs'] = async () => ({ texts: new Map(), gaps: [] });

function depsWith(failedJobs: CiReader['failedJobs'], ageMs = 0, earlierLogs = noneEarlier): GatherDeps {
  const reader: CiReader = { platform: 'github', state: async () => undefined, failedJobs };
  return {
    readerOf: (platform: string) => (platform === 'github' ? reader : undefined),
    clock: { now: () => Date.parse(AT) + ageMs },
    earlierLogs,
  };
}

const rateLimited = (retryAfterMs?: number) => async () => {
  throw new ProviderError('github', 'rate-limited', 'GET jobs', {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
};

describe('gather', () => {
  it('reads the failed jobs within limits', async () => {
    const asked: unknown[] = [];
    const jobs = [job({ log: 'boom' })];
    const gathered = await gather(
      failure({ attempt: 2 }),
      depsWith(async (run, { maxJobs, maxBytesPerLog }) => {
        asked.push([run.runId, run.attempt, maxJobs, maxBytesPerLog]);
        return jobs;
      }),
    );
    expect(gathered).toEqual({ jobs, green: new Map(), gaps: [] });
    expect(asked).toEqual([['7', 2, 20, 2 * 1024 ** 2]]);
  });

  it('keeps the job whose log is gone, and says so', async () => {
    const jobs = [job({ name: 'lint', gap: 'the log has expired' }), job({ name: 'unit', log: 'x' })];
    expect(
      await gather(
        failure(),
        depsWith(async () => jobs),
      ),
    ).toEqual({ jobs, green: new Map(), gaps: ['lint: the log has expired'] });
  });

  it('asks for what the jobs wrote when they passed, and says what is missing', async () => {
    const jobs = [job({ name: 'lint', gap: 'the log was cut', log: 'x' })];
    const texts = new Map([['lint', ['fine']]]);
    const asked: unknown[] = [];
    const d = depsWith(
      async () => jobs,
      0,
      async (_failure, of, reader, longestMs) => {
        asked.push([of, reader.platform, longestMs]);
        return { texts, gaps: ['no more than that'] };
      },
    );
    expect(await gather(failure(), d)).toEqual({
      jobs,
      green: texts,
      gaps: ['lint: the log was cut', 'no more than that'],
    });
    expect(asked).toEqual([[jobs, 'github', 10_000]]);
  });

  it('leaves the earlier runs the time that the failed jobs left', async () => {
    let now = Date.parse(AT);
    const left: number[] = [];
    const d = depsWith(
      async () => {
        now += 27_000;
        return [job({ log: 'x' })];
      },
      0,
      async (_failure, _jobs, _reader, longestMs) => {
        left.push(longestMs);
        return { texts: new Map(), gaps: [] };
      },
    );
    await gather(failure(), { ...d, clock: { now: () => now } });
    expect(left).toEqual([3_000]);
  });

  it.each`
    changes                     | gaps
    ${{ platform: '' }}         | ${[]}
    ${{ platform: 'generic' }}  | ${[]}
    ${{ platform: 'teamcity' }} | ${[expect.stringContaining('teamcity')]}
    ${{ runId: '' }}            | ${[expect.stringContaining('no run')]}
  `('asks nobody about $changes', async ({ changes, gaps }) => {
    const unasked = depsWith(async () => {
      throw new Error('asked');
    });
    expect(await gather(failure(changes), unasked)).toEqual({ jobs: [], green: new Map(), gaps });
  });

  it.each`
    retryAfterMs | ageMs      | waitMs
    ${45_000}    | ${0}       | ${45_000}
    ${undefined} | ${0}       | ${30_000}
    ${3_600_000} | ${0}       | ${600_000}
    ${45_000}    | ${590_000} | ${10_000}
  `(
    'waits $waitMs ms when rate limited for $retryAfterMs at the age of $ageMs',
    async ({ retryAfterMs, ageMs, waitMs }) => {
      const error = await gather(failure(), depsWith(rateLimited(retryAfterMs), ageMs)).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Postponed);
      expect(error).toMatchObject({ delayMs: waitMs });
    },
  );

  it('goes on without when the failure gets old', async () => {
    const { jobs, gaps } = await gather(failure(), depsWith(rateLimited(45_000), 600_000));
    expect([jobs, gaps]).toEqual([[], [expect.stringContaining('rate-limited')]]);
  });

  it.each([
    new ProviderError('github', 'unauthenticated', 'GET jobs: 401'),
    new ProviderError('github', 'not-found', 'GET jobs: 404'),
    new ProviderError('github', 'unavailable', 'GET jobs: 502'),
    new TypeError('fetch failed'),
  ])('takes %s as a gap', async (error) => {
    const gathered = await gather(
      failure(),
      depsWith(() => Promise.reject(error)),
    );
    expect(gathered).toEqual({ jobs: [], green: new Map(), gaps: [expect.stringContaining(error.message)] });
  });
});
