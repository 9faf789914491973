import { ProviderError } from '@prunella/core';
import { z } from 'zod';

const text = z.string();
const maybe = text.nullish();

const Run = z.looseObject({
  id: z.int(),
  head_sha: text,
  updated_at: text,
  created_at: maybe,
  run_started_at: maybe,
  head_branch: maybe,
  status: maybe,
  conclusion: maybe,
  html_url: maybe,
  run_attempt: z.int().nullish(),
  workflow_id: z.int().nullish(),
  head_repository: z.looseObject({ full_name: text }).nullish(),
  actor: z.looseObject({ login: maybe }).nullish(),
});
const Step = z.looseObject({ name: text, conclusion: maybe });
const Job = z.looseObject({
  id: z.int(),
  name: text,
  conclusion: maybe,
  html_url: maybe,
  steps: z.array(Step).nullish(),
});
const Artifact = z.looseObject({
  id: z.int(),
  name: text,
  size_in_bytes: z.number(),
  expired: z.boolean(),
  created_at: maybe,
});
const Runs = z.looseObject({ workflow_runs: z.array(Run) });
const Changed = z.looseObject({ files: z.array(z.looseObject({ filename: text })).nullish() });
const Pull = z.looseObject({
  number: z.int(),
  head: z.looseObject({ repo: z.looseObject({ full_name: text }).nullish() }),
});
const Comment = z.looseObject({
  id: z.int(),
  html_url: text,
  body: maybe,
  user: z.looseObject({ login: maybe }).nullish(),
});
const Sent = z.looseObject({ status_code: z.int(), status: text, delivered_at: text });
const Hook = z.looseObject({ id: z.int(), config: z.looseObject({ url: maybe }) });

const REPOSITORY = 'GET /repos/{owner}/{repo}';

/** What is read of an answer, by what is asked for. More may stand there. https://docs.github.com/en/rest */
const ANSWERS: Readonly<Record<string, z.ZodType>> = {
  [REPOSITORY]: z.looseObject({ default_branch: text, full_name: text }),
  [`${REPOSITORY}/actions/runs`]: Runs,
  [`${REPOSITORY}/actions/runs/{run_id}`]: Run,
  [`${REPOSITORY}/actions/runs/{run_id}/artifacts`]: z.looseObject({ artifacts: z.array(Artifact) }),
  [`${REPOSITORY}/actions/runs/{run_id}/attempts/{attempt_number}/jobs`]: z.looseObject({ jobs: z.array(Job) }),
  [`${REPOSITORY}/actions/workflows/{workflow_id}/runs`]: Runs,
  [`${REPOSITORY}/branches/{branch}`]: z.looseObject({ commit: z.looseObject({ sha: text }) }),
  [`${REPOSITORY}/check-runs/{check_run_id}/annotations`]: z.array(
    z.looseObject({ annotation_level: maybe, message: maybe }),
  ),
  [`${REPOSITORY}/commits/{ref}`]: Changed,
  [`${REPOSITORY}/compare/{basehead}`]: Changed,
  [`${REPOSITORY}/hooks`]: z.array(Hook),
  [`${REPOSITORY}/hooks/{hook_id}/deliveries`]: z.array(Sent),
  [`${REPOSITORY}/issues/{issue_number}/comments`]: z.array(Comment),
  [`${REPOSITORY}/pulls`]: z.array(Pull),
  // What was written is looked for again where the answer to it is none.
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': Comment,
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': Comment,
  'GET /app/hook/deliveries': z.array(Sent),
  'GET /user': z.looseObject({ login: text }),
};

/**
 * Octokit types answers without looking at them: a proxy that answers with JSON of its own would be a TypeError where a list is read.
 *
 * @param question method and address with its parameters unfilled. One that is not in the table is read with a schema of its own, or not at all.
 * @throws ProviderError (unavailable) that names the first field that is not as documented.
 */
export function refuseUndocumented(question: string, data: unknown): void {
  const result = ANSWERS[question]?.safeParse(data);
  if (result === undefined || result.success) return;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new ProviderError(
    'github',
    'unavailable',
    `${question}: an answer that is not as documented: ${where === '' ? 'the whole' : where}: ${issue?.message}`,
  );
}
