import { z } from 'zod';
import { globMatches } from './glob.ts';
import { Globs } from './match.ts';
import { ownerOf, type QuarantineSettings } from './quarantine.ts';

const FIELDS = ['repository', 'pipeline', 'workload'] as const;

const OwnerEntry = z.strictObject({
  match: z
    .strictObject({
      repository: Globs.optional().describe('`owner/name`'),
      pipeline: Globs.optional().describe('The id of the pipeline, e.g. `owner/name/.github/workflows/ci.yml`.'),
      workload: Globs.optional().describe('`namespace/name`'),
    })
    .refine((match) => Object.keys(match).length > 0, {
      error: `expected at least one of ${FIELDS.join(', ')}`,
      when: ({ issues }) => issues.length === 0,
    })
    .describe('What they mend; all that are given have to match.'),
  owner: z.string().min(1).max(256).describe('A person, a team or a channel, e.g. `@team-payments`.'),
});

export const Owners = z.array(OwnerEntry).max(500).default([]);
export type Owners = z.infer<typeof Owners>;

/** What somebody may own; what is not known of it is empty, or absent. */
export interface Owned {
  repository: string;
  pipeline?: string;
  /** `namespace/name` */
  workload?: string;
}

/** Who mends it by the first entry that matches; empty: nobody is named. */
export function ownerBy(owners: Owners, about: Owned): string {
  return owners.find(({ match }) => fits(match, about))?.owner ?? '';
}

/** Who mends a test: by the entries for tests, else by those for everything. Empty: nobody is named. */
export function ownerOfTest(
  { quarantine, owners }: { quarantine: Pick<QuarantineSettings, 'owners'>; owners: Owners },
  about: { repository: string; test: string; pipeline?: string },
): string {
  return ownerOf(quarantine, about) || ownerBy(owners, about);
}

function fits(match: Owners[number]['match'], about: Owned): boolean {
  return FIELDS.every((field) => {
    const globs = match[field];
    const fact = about[field] ?? '';
    // What is not known is nobody's, whatever the glob.
    return globs === undefined || (fact !== '' && [globs].flat().some((glob) => globMatches(glob, fact)));
  });
}
