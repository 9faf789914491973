import type { PipelineFinished, PipelineStarted, Run } from '@prunella/contracts';
import { iso } from '@prunella/core';
import type { SimulatedEvent, SimulatedRun } from './simulation/simulation.ts';

/** An event with the subject it goes to. */
export type Told =
  | { subject: 'pipeline.started'; id: string; time: string; data: PipelineStarted }
  | { subject: 'pipeline.finished'; id: string; time: string; data: PipelineFinished };

/** Says what happened as any publisher would: what went wrong stands in the logs only. @param address of the playground. */
export function publicationOf({ kind, run, attempt }: SimulatedEvent, address: string): Told {
  const url = runAddress(address, run);
  const startedAt = iso(attempt.startsAt);
  const finishedAt = iso(attempt.endsAt);
  const base = { ...runFacts(run, attempt.number, url), incidentId: '', startedAt };
  const id = `${run.id}/${attempt.number}/${kind}`;
  if (kind === 'started') return { subject: 'pipeline.started', id, time: startedAt, data: base };
  const failed = attempt.jobs.filter(({ conclusion }) => conclusion !== null && conclusion !== 'success');
  const jobs = failed.map(({ id: jobId, name, conclusion, failedStep }) => ({
    id: jobId,
    name,
    conclusion: conclusion ?? 'failure',
    url,
    failedStep: failedStep ?? '',
    runner: 'simulated',
    startedAt,
    finishedAt,
  }));
  return {
    subject: 'pipeline.finished',
    id,
    time: finishedAt,
    data: { ...base, finishedAt, conclusion: attempt.conclusion ?? 'success', jobs, metrics: {} },
  };
}

/** Where a person can look at a run. */
export function runAddress(address: string, run: Pick<SimulatedRun, 'id'>): string {
  return `${address}/#${run.id}`;
}

function runFacts(run: SimulatedRun, attempt: number, url: string): Run {
  return {
    pipelineId: run.pipelineId,
    platform: 'playground',
    repository: run.scenario.repository,
    runId: run.id,
    attempt,
    headSha: run.headSha,
    branch: run.branch,
    environment: '',
    url,
    name: run.scenario.workflow,
    kind: 'run',
  };
}
