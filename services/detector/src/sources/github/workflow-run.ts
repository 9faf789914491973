import { branchOfFork } from '@prunella/core';
import { badRequest, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { cut, EndedAs, Id, ignored, Payload, reported, Text, Time } from './reading.ts';

const WorkflowRunPayload = Payload.extend({
  workflow_run: z.object({
    id: Id,
    run_attempt: z.int().min(1),
    head_sha: z.string().min(1),
    head_branch: Text,
    // null: the fork is gone
    head_repository: z.object({ full_name: z.string().min(1) }).nullish(),
    html_url: z.string().min(1),
    name: Text,
    path: Text,
    run_started_at: Time.nullish(),
    created_at: Time,
    updated_at: Time,
  }),
  workflow: z.object({ path: Text }).nullish(),
});
type WorkflowRunPayload = z.infer<typeof WorkflowRunPayload>;

const Completed = z.object({ workflow_run: z.object({ conclusion: EndedAs }) });

/** `requested` and `in_progress` start an attempt of a run, `completed` ends it. */
export function workflowRun(json: Record<string, unknown>): Heard {
  const payload = parseInput(WorkflowRunPayload, json);
  const { repository, workflow_run: run, action } = payload;
  const startedAt = run.run_started_at ?? run.created_at;
  const common = {
    pipelineId: `${repository.full_name}/${workflowPath(payload)}`,
    runId: run.id,
    attempt: run.run_attempt,
    headSha: run.head_sha,
    branch: branchOf(payload),
    url: run.html_url,
    name: cut(run.name, 512),
    kind: 'run' as const,
    startedAt,
  };
  const id = `run/${run.id}/attempt/${run.run_attempt}/${action}`;
  switch (action) {
    case 'requested':
    case 'in_progress':
      return reported('pipeline.started', repository, id, startedAt, common);
    case 'completed': {
      const { conclusion } = parseInput(Completed, json).workflow_run;
      return reported('pipeline.finished', repository, id, run.updated_at, {
        ...common,
        conclusion,
        finishedAt: run.updated_at,
      });
    }
    default:
      return ignored(`workflow_run.${cut(action, 80)}: expected requested, in_progress or completed`);
  }
}

/** The branch `main` of a fork is not that of the repository, and anybody can have one. */
function branchOf({
  repository,
  workflow_run: { head_branch: branch, head_repository: head },
}: WorkflowRunPayload): string {
  const isOurs = head === undefined || head?.full_name.toLowerCase() === repository.full_name.toLowerCase();
  return isOurs || branch === '' ? branch : branchOfFork(head?.full_name, branch);
}

/** `.github/workflows/ci.yml`: runs of reusable and pinned workflows carry `@ref` behind it. */
function workflowPath({ workflow_run: run, workflow }: WorkflowRunPayload): string {
  const path = (run.path || workflow?.path || '').replace(/@.*$/s, '');
  if (path === '') {
    throw badRequest('workflow_run.path', 'workflow_run.path: expected the path of the workflow file, found nothing');
  }
  return path;
}
