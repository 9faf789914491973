import type { DiagnosisMade } from '@prunella/contracts';
import { z } from 'zod';
import { Match, matches } from './match.ts';
import { isRerun } from './reruns.ts';

/** Another pipeline that does the same by another way: another workflow, a mirror, another region, a revert in the repository of a GitOps controller. */
export const AlternativePath = z.strictObject({
  match: Match.describe(
    'Failures that it is for. With `action`: what it stands in for, e.g. rollback; without: reruns.',
  ),
  platform: z.string().max(64).default('').describe('Where to start it; empty: where the failure was.'),
  repository: z.string().max(512).default('').describe('`owner/name`; empty: that of the failure.'),
  pipeline: z
    .string()
    .max(512)
    .default('')
    .describe("The workflow's file (GitHub), the job's path (Jenkins); empty: the project's pipeline (GitLab)."),
  ref: z.string().max(512).default('').describe('Branch or tag; empty: that of the run that failed.'),
  inputs: z.record(z.string().max(128), z.string().max(4_096)).default({}).describe('Inputs, variables or parameters.'),
  after: z
    .int()
    .min(0)
    .max(20)
    .default(1)
    .describe('So many reruns are tried first; what is no rerun is replaced at once.'),
});
export type AlternativePath = z.infer<typeof AlternativePath>;

/**
 * What a diagnosis proposes under the policy: the alternative path that is written for it, in place of a rerun that was tried so often and did not help, or of
 * another action that it stands in for. An action that names no pipeline of its own gets it there, too. Pure.
 */
export function proposed(
  alternatives: readonly AlternativePath[],
  diagnosis: DiagnosisMade,
  attemptsSoFar: number,
): DiagnosisMade {
  const path = alternatives.find((one) => standsIn(one, diagnosis, attemptsSoFar));
  if (path === undefined) return diagnosis;
  const { match: _match, after: _after, ...parameters } = path;
  // The limits of attempts that the rule gave its rerun are not those of the other way.
  return { ...diagnosis, action: { type: 'alternative_path', parameters } };
}

function standsIn(
  { match, after }: AlternativePath,
  { action, run, cause }: DiagnosisMade,
  attemptsSoFar: number,
): boolean {
  if (action.type === 'alternative_path') {
    return (
      action.parameters['pipeline'] === undefined && matches(withoutAction(match), { run, cause, action: action.type })
    );
  }
  if (!matches(match, { run, cause, action: action.type })) return false;
  return isRerun(action.type) ? attemptsSoFar >= after : match.action !== undefined;
}

function withoutAction({ action: _, ...match }: Match): Match {
  return match;
}
