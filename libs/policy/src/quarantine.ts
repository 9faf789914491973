import { Duration } from '@prunella/core';
import { USUAL_EXPIRY, USUAL_GREENS } from '@prunella/quarantine';
import { z } from 'zod';
import { globMatches } from './glob.ts';

const DAY_MS = 86_400_000;
const Glob = z.string().min(1).max(512);
const Globs = z.union([Glob, z.array(Glob).min(1)], { error: 'expected a glob such as acme/* or a list of globs' });

const Owner = z.strictObject({
  match: z
    .strictObject({
      repository: Globs.optional().describe('`owner/name`'),
      test: Globs.optional().describe('The name of the test as its runner writes it.'),
    })
    .refine((match) => Object.keys(match).length > 0, {
      error: 'expected at least one of repository, test',
      when: ({ issues }) => issues.length === 0,
    })
    .describe('Tests that they mend.'),
  owner: z.string().min(1).max(256).describe('A person, a team or a channel, e.g. `@acme/checkout`.'),
});

/** How tests are put in quarantine, and how they leave it. */
export const QuarantineSettings = z
  .strictObject({
    expiry: Duration.refine((ms) => ms >= 1_000 && ms <= 90 * DAY_MS, {
      error: 'expected a duration from 1s to 90d',
    })
      .prefault(USUAL_EXPIRY)
      .describe('After this time a test is skipped no more, mended or not.'),
    most: z
      .int()
      .min(0)
      .max(1_000)
      .default(20)
      .describe('Most tests of one repository that Prunella skips; beyond that a human is told.'),
    greens: z
      .int()
      .min(1)
      .max(1_000)
      .default(USUAL_GREENS)
      .describe('So many runs of the default branch in a row have to pass before a test leaves by itself.'),
    owners: z.array(Owner).max(500).default([]).describe('Who mends a test; the first that matches.'),
  })
  .prefault({});
export type QuarantineSettings = z.infer<typeof QuarantineSettings>;

/** Who mends a test; empty: nobody is named. */
export function ownerOf(
  { owners }: Pick<QuarantineSettings, 'owners'>,
  about: { repository: string; test: string },
): string {
  return owners.find(({ match }) => fits(match, about))?.owner ?? '';
}

function fits(match: z.infer<typeof Owner>['match'], about: { repository: string; test: string }): boolean {
  return (['repository', 'test'] as const).every((field) => {
    const globs = match[field];
    return globs === undefined || [globs].flat().some((glob) => globMatches(glob, about[field]));
  });
}
