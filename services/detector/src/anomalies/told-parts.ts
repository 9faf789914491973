import type { Received } from '@prunella/bus';
import type { Job, PipelineFinished } from '@prunella/contracts';
import { runOf, stableId } from '@prunella/core';
import { testsIn } from '@prunella/test-history';
import { secondsOf } from '../cicd.ts';
import type { ToldParts } from './parts.ts';

/** So many jobs of one run are looked at. */
const MOST_JOBS = 100;

/** The steps of the jobs that passed, a job at a time; nothing where nobody says how long they took. Pure. */
export function stepsIn({ id, data }: Received<'pipeline.finished'>): ToldParts[] {
  if (data.kind !== 'run' && data.kind !== 'job') return [];
  return data.jobs.slice(0, MOST_JOBS).flatMap((job) => {
    const at = Date.parse(job.startedAt ?? data.startedAt ?? '');
    const parts = (job.steps ?? []).flatMap((step) => {
      const seconds = step.conclusion === 'success' ? secondsOf(step) : undefined;
      return seconds === undefined || step.name === '' ? [] : [{ name: step.name, seconds }];
    });
    if (job.conclusion !== 'success' || job.name === '' || Number.isNaN(at) || parts.length === 0) return [];
    const event = { id, data: { ...runOf(data), incidentId: data.incidentId } };
    return [{ kind: 'step', event, job: job.name, id: idOf(data, job), at, parts }];
  });
}

/** A run and its job may both tell of the same steps. */
function idOf({ runId, attempt }: PipelineFinished, { name, finishedAt, id }: Job): string {
  return stableId('val', runId, attempt, name, id, finishedAt ?? '').slice(4, 16);
}

/** The tests of a report that passed. Pure. */
export function testsTold({ id, time, data }: Received<'tests.reported'>): ToldParts {
  const { run, incidentId, job, reportId, part, reportedAt } = data;
  const passed = testsIn(data).filter(({ status }) => status === 'passed');
  return {
    kind: 'test',
    event: { id, data: { ...run, incidentId } },
    job,
    id: stableId('val', reportId, part).slice(4, 16),
    at: Date.parse(reportedAt ?? time),
    parts: passed.map(({ classname, name, durationMs }) => ({
      name: classname === '' ? name : `${classname} › ${name}`,
      seconds: durationMs / 1_000,
    })),
  };
}
