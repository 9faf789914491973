import type { FakeGitHub, FakeJob, FakeRun } from '@prunella/testing';
import type { Attempt } from '../ledger/ledger.ts';
import type { Stage } from './stage.ts';
import { type Ending, logOf, type Story } from './stories.ts';

/** GitHub as it is played. @param secret of its webhooks. */
export function githubStage(github: FakeGitHub, secret: string): Stage<FakeRun> {
  return {
    begin(story, ending) {
      const { n, topic = n, repository } = story;
      return github.addRun({
        ...{ repository, path: `.github/workflows/p${topic}.yml`, branch: `run-${n}`, conclusion: ending },
        // A commit of its own: the same failure of the same commit would take back what was healed before.
        ...{ headSha: String(n + 1).padStart(40, '0'), jobs: jobsOf(story, ending) },
      });
    },
    placeOf,
    endOf: ({ status, conclusion }) => (status === 'completed' ? (conclusion as Ending) : null),
    rerun(run) {
      // Also of a green one: GitHub runs all of it again.
      github.rerun(run);
      return true;
    },
    complete: (run, story, ending) => github.completeRun(run, ending, jobsOf(story, ending)),
    lettersOf(run) {
      const says = run.status === 'completed' ? (run.conclusion ?? '') : 'requested';
      const about = { ...placeOf(run), kind: 'run' as const, says };
      return [{ path: '/webhooks/github', ...github.delivery(run, secret), idHeader: 'x-github-delivery', about }];
    },
    reruns: () => github.effects.map(attemptOf),
    changedAt: ({ updatedAt, createdAt }) => Date.parse(updatedAt ?? createdAt),
    forget: (run) => github.forget(run),
  };
}

function placeOf(run: FakeRun): Attempt {
  return { repository: run.repository, runId: String(run.id), attempt: run.attempt };
}

/** `owner/repo#run -> attempt`, as the fake writes them down. */
function attemptOf(effect: string): Attempt {
  const [, repository = '', runId = '', attempt] = /^(.+)#(\d+) -> (\d+)$/.exec(effect) ?? [];
  return { repository, runId, attempt: Number(attempt) };
}

function jobsOf(story: Story, ending: Ending): FakeJob[] {
  if (ending === 'success') return [{ name: 'build', conclusion: 'success', log: logOf(story, ending) }];
  return [{ name: 'build', conclusion: 'failure', failedStep: 'Build', log: logOf(story, ending) }];
}
