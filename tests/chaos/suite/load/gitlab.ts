import type { FakeGitLab, GitLabPipeline } from '@prunella/testing';
import type { Attempt } from '../ledger/ledger.ts';
import type { Letter } from './courier.ts';
import type { Stage } from './stage.ts';
import { type Ending, logOf } from './stories.ts';

const STATUS = { success: 'success', failure: 'failed' } as const satisfies Record<Ending, string>;
const OTHER_JOB = { name: 'lint', status: 'success' };

/**
 * GitLab as it is played: pipelines of two jobs, of which one fails. It counts no attempts, so that the tries of that job are what is counted, here as in Prunella. It sends a hook for
 * the pipeline and one for the job that ended.
 *
 * @param token the secret token of its webhooks.
 */
export function gitlabStage(gitlab: FakeGitLab, token: string): Stage<GitLabPipeline> {
  return {
    begin(story, ending) {
      const status = STATUS[ending];
      return gitlab.addPipeline({
        ...{ project: story.repository, ref: `run-${story.n}`, sha: String(story.n + 1).padStart(40, '0'), status },
        ...{
          createdAt: new Date().toISOString(),
          jobs: [OTHER_JOB, { name: 'build', status, log: logOf(story, ending) }],
        },
      });
    },
    placeOf,
    endOf({ status }) {
      if (status === STATUS.success) return 'success';
      return status === STATUS.failure ? 'failure' : null;
    },
    rerun: (pipeline) => gitlab.retry(pipeline),
    complete: (pipeline, story, ending) => gitlab.complete(pipeline, STATUS[ending], logOf(story, ending)),
    lettersOf(pipeline) {
      const whole = { ...gitlab.pipelineDelivery(pipeline, token), about: aboutRun(pipeline) };
      const job = pipeline.jobs.findLast(({ name, status }) => name === 'build' && status !== 'pending');
      const isOver = pipeline.status !== 'running' && job !== undefined;
      return (
        isOver ? [{ ...gitlab.jobDelivery(pipeline, job, token), about: aboutJob(pipeline) }, whole] : [whole]
      ).map(letter);
    },
    reruns: () => gitlab.retries.map(({ pipeline, attempt }) => ({ ...placeOf(pipeline), attempt })),
    changedAt: ({ updatedAt, createdAt }) => Date.parse(updatedAt ?? createdAt),
    forget: (pipeline) => gitlab.forget(pipeline),
  };
}

function placeOf({ project, id, jobs }: GitLabPipeline): Attempt {
  return { repository: project, runId: String(id), attempt: jobs.filter(({ name }) => name === 'build').length };
}

const SAYS: Readonly<Record<string, string>> = { success: 'success', failed: 'failure' };

function aboutRun(pipeline: GitLabPipeline): Letter['about'] {
  return { ...placeOf(pipeline), kind: 'run', says: SAYS[pipeline.status] ?? 'requested' };
}

function aboutJob(pipeline: GitLabPipeline): Letter['about'] {
  return { ...aboutRun(pipeline), kind: 'job' };
}

function letter(what: Pick<Letter, 'body' | 'headers' | 'about'>): Letter {
  return { path: '/webhooks/gitlab', idHeader: 'x-gitlab-event-uuid', ...what };
}
