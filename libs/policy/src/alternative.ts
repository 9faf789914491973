import type { DiagnosisMade } from '@prunella/contracts';
import { z } from 'zod';
import { Match, matches } from './match.ts';
import { isRerun } from './reruns.ts';

/** Another pipeline that does the same by another way: another workflow, a mirror, another region. */
export const AlternativePath = z.strictObject({
  match: Match.describe('Failures that it is for.'),
  pipeline: z
    .string()
    .max(512)
    .default('')
    .describe("The workflow's file (GitHub), the job's path (Jenkins); empty: the project's pipeline (GitLab)."),
  ref: z.string().max(512).default('').describe('Branch or tag; empty: that of the run that failed.'),
  inputs: z.record(z.string().max(128), z.string().max(4_096)).default({}).describe('Inputs, variables or parameters.'),
  after: z.int().min(0).max(20).default(1).describe('So many reruns are tried first; 0: none.'),
});
export type AlternativePath = z.infer<typeof AlternativePath>;

/**
 * What a diagnosis proposes under the policy: where it wants the same run again and so many attempts did not help, the alternative path that is written
 * for it. An action that names no pipeline of its own gets it there, too. Pure.
 */
export function proposed(
  alternatives: readonly AlternativePath[],
  diagnosis: DiagnosisMade,
  attemptsSoFar: number,
): DiagnosisMade {
  const { action, run, cause } = diagnosis;
  const asksForIt = action.type === 'alternative_path' && action.parameters['pipeline'] === undefined;
  if (!asksForIt && (!isRerun(action.type) || action.type === 'alternative_path')) return diagnosis;
  const path = alternatives.find(
    ({ match, after }) =>
      (asksForIt || attemptsSoFar >= after) && matches(match, { run, cause, action: 'alternative_path' }),
  );
  if (path === undefined) return diagnosis;
  const { pipeline, ref, inputs } = path;
  // The limits of attempts that the rule gave its rerun are not those of the other way.
  return { ...diagnosis, action: { type: 'alternative_path', parameters: { pipeline, ref, inputs } } };
}
