import { type ActionType, actionTypes, type Cause, causes, type Run } from '@prunella/contracts';
import { z } from 'zod';
import { globMatches } from './glob.ts';

const Glob = z.string().min(1).max(512);
/** One glob or a list of them. */
export const Globs = z.union([Glob, z.array(Glob).min(1)], {
  error: 'expected a glob such as release/* or a list of globs',
});

/** Which healing an entry is for: all of the globs that are given must match. `*` stops at a slash, `**` does not. */
export const Match = z
  .strictObject({
    platform: Globs.optional().describe('`github`, `kubernetes`, `playground`, ...'),
    repository: Globs.optional().describe('`owner/name`'),
    pipeline: Globs.optional().describe('The id of the pipeline, e.g. `owner/name/.github/workflows/ci.yml`.'),
    branch: Globs.optional().describe('The branch or tag, e.g. `release/*`.'),
    environment: Globs.optional().describe('Deployment environment; empty where there is none.'),
    action: oneOrMore(actionTypes).optional().describe('The proposed action.'),
    cause: oneOrMore(causes).optional().describe('The cause that the diagnosis gives.'),
  })
  .refine((match) => Object.keys(match).length > 0, {
    error: 'expected at least one of platform, repository, pipeline, branch, environment, action, cause',
    // A misspelled key is the better message.
    when: ({ issues }) => issues.length === 0,
  });
export type Match = z.infer<typeof Match>;

/** What is to be done about what, where. */
export interface Case {
  run: Run;
  action: ActionType;
  cause: Cause;
}

export function matches(match: Match, { run, action, cause }: Case): boolean {
  const facts: { [K in keyof Required<Match>]: string } = {
    platform: run.platform,
    repository: run.repository,
    pipeline: run.pipelineId,
    branch: run.branch,
    environment: run.environment,
    action,
    cause,
  };
  return Object.entries(match).every(([field, globs]) =>
    [globs].flat().some((glob) => globMatches(glob, facts[field as keyof Match])),
  );
}

/** One word of a list, or a list of them. */
export function oneOrMore<const T extends readonly [string, ...string[]]>(words: T) {
  return z.union([z.enum(words), z.array(z.enum(words)).min(1)], {
    error: `expected one or a list of ${words.join(', ')}`,
  });
}
