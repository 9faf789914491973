import { parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { cut, EndedAs, Id, ignored, Payload, reported, Text, Time } from './reading.ts';

const Step = z.object({
  name: z.string(),
  conclusion: z.string().nullish(),
  // A step whose times make no sense is no reason to refuse the job.
  started_at: Time.nullish().catch(undefined),
  completed_at: Time.nullish().catch(undefined),
});
type Step = z.infer<typeof Step>;

/** So many steps of a job are told. */
const MOST_STEPS = 100;

const WorkflowJobPayload = Payload.extend({
  workflow_job: z.object({
    id: Id,
    run_id: Id,
    // Old GitHub Enterprise Servers do not say it.
    run_attempt: z.int().min(1).default(1),
    name: z.string().min(1),
    workflow_name: Text,
    head_sha: z.string().min(1),
    head_branch: Text,
    html_url: Text,
    runner_name: Text,
    started_at: Time,
    completed_at: Time,
    conclusion: EndedAs,
    steps: z.array(Step).default([]),
  }),
});

/** A completed job is told as a job of its run; whether anything failed is for the run to say. */
export function workflowJob(json: Record<string, unknown>): Heard {
  const { action } = parseInput(Payload, json);
  if (action !== 'completed') return ignored(`workflow_job.${cut(action, 80)}: only completed jobs say how they ended`);
  const { repository, workflow_job: job } = parseInput(WorkflowJobPayload, json);
  const name = cut(job.name, 512);
  const failedStep = job.steps.find((step) => step.conclusion === 'failure' || step.conclusion === 'timed_out')?.name;
  const id = `run/${job.run_id}/attempt/${job.run_attempt}/job/${job.id}/completed`;
  return reported('pipeline.finished', repository, id, job.completed_at, {
    // GitHub does not name the workflow's file here; the run's id is what ties the job to its run.
    pipelineId: cut(`${repository.full_name}/${job.workflow_name || `run/${job.run_id}`}`, 512),
    runId: job.run_id,
    attempt: job.run_attempt,
    headSha: job.head_sha,
    branch: job.head_branch,
    url: job.html_url,
    name,
    kind: 'job',
    conclusion: job.conclusion,
    startedAt: job.started_at,
    finishedAt: job.completed_at,
    jobs: [
      {
        id: job.id,
        name,
        conclusion: job.conclusion,
        url: job.html_url,
        failedStep: cut(failedStep ?? '', 512),
        runner: cut(job.runner_name, 256),
        startedAt: job.started_at,
        finishedAt: job.completed_at,
        steps: job.steps.flatMap(stepOf).slice(0, MOST_STEPS),
      },
    ],
  });
}

/** GitHub tells times in seconds: of what took none nobody learns anything. */
function stepOf({ name, conclusion, started_at: startedAt, completed_at: finishedAt }: Step) {
  const ended = EndedAs.safeParse(conclusion);
  if (!ended.success || !startedAt || !finishedAt || !(Date.parse(finishedAt) > Date.parse(startedAt))) return [];
  return [{ name: cut(name, 512), conclusion: ended.data, startedAt, finishedAt }];
}
