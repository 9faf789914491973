import { parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { cut, EndedAs, Id, ignored, Payload, reported, Text, Time } from './reading.ts';

/** GitHub's own limit for a check's summary is 65,535 characters; the title stands before it. */
const LONGEST_MESSAGE = 60_000;

const App = z.object({ check_run: z.object({ app: z.object({ slug: Text }).nullish() }) });

const CheckRunPayload = Payload.extend({
  check_run: z.object({
    id: Id,
    name: z.string().min(1),
    head_sha: z.string().min(1),
    html_url: Text,
    details_url: Text,
    conclusion: EndedAs,
    started_at: Time.nullish(),
    completed_at: Time,
    output: z.object({ title: Text, summary: Text }).nullish(),
    check_suite: z.object({ head_branch: Text }).nullish(),
  }),
});

/** A completed check of another CI or tool. What GitHub Actions checks, its workflow_run tells. */
export function checkRun(json: Record<string, unknown>): Heard {
  const { action } = parseInput(Payload, json);
  if (action !== 'completed') return ignored(`check_run.${cut(action, 80)}: only completed checks say how they ended`);
  const app = parseInput(App, json).check_run.app?.slug || 'app';
  if (app === 'github-actions') return ignored('a check of github-actions: its workflow_run tells the same');
  const { repository, check_run: check } = parseInput(CheckRunPayload, json);
  const message = [check.output?.title, check.output?.summary].filter(Boolean).join('\n');
  return reported('pipeline.finished', repository, `check/${check.id}/completed`, check.completed_at, {
    pipelineId: cut(`${repository.full_name}/check/${app}/${check.name}`, 512),
    runId: `check/${check.id}`,
    headSha: check.head_sha,
    branch: check.check_suite?.head_branch ?? '',
    url: check.html_url || check.details_url,
    name: cut(check.name, 512),
    kind: 'check',
    conclusion: check.conclusion,
    ...(check.started_at && { startedAt: check.started_at }),
    finishedAt: check.completed_at,
    ...(message !== '' && { error: { message: cut(message, LONGEST_MESSAGE), type: '', stack: '' } }),
  });
}
