import type { Run } from '@prunella/contracts';
import { Duration } from '@prunella/core';
import { z } from 'zod';
import { globMatches } from './glob.ts';
import { Globs } from './match.ts';

const DAY_MS = 86_400_000;

/** Which series; all that are given have to match. */
const SeriesMatch = z
  .strictObject({
    platform: Globs.optional().describe('`github`, `kubernetes`, `playground`, ...'),
    repository: Globs.optional().describe('`owner/name`'),
    pipeline: Globs.optional().describe('The id of the pipeline.'),
    branch: Globs.optional().describe('The branch or tag.'),
    series: Globs.optional().describe('The name of the run, job or metric; `job › step`, `class › test`.'),
  })
  .refine((match) => Object.keys(match).length > 0, {
    error: 'expected at least one of platform, repository, pipeline, branch, series',
    when: ({ issues }) => issues.length === 0,
  });
type SeriesMatch = z.infer<typeof SeriesMatch>;

/** What is a part of a job; what takes less than a second is not looked at. */
function PartSettings(leastMore: string) {
  return z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether they are looked at.'),
      leastMore: Duration.refine((ms) => ms <= DAY_MS, { error: 'expected a duration from 0s to 1d' })
        .prefault(leastMore)
        .describe('What takes less than this longer is not told.'),
    })
    .prefault({});
}

/** When something that takes longer, or needs more, than usual is told. */
export const AnomalySettings = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether baselines are learnt at all.'),
    match: z.array(SeriesMatch).max(200).default([]).describe('What is looked at. Nothing given: everything.'),
    ignore: z.array(SeriesMatch).max(200).default([]).describe('What is not, whatever `match` says.'),
    samples: z.int().min(5).max(1_000).default(10).describe('Fewest runs that passed before anything is said.'),
    ratio: z.number().min(1.1).max(1_000).default(3).describe('So many times the usual is told.'),
    leastRatio: z
      .number()
      .min(1)
      .max(1_000)
      .default(1.5)
      .describe('From so many times the usual on it is told where it is as improbable as `sensitivity`.'),
    sensitivity: z
      .number()
      .min(1e-12)
      .max(0.1)
      .default(1e-4)
      .describe('How probable a usual one is to be so far out, at most. Higher: more is told.'),
    leastMore: Duration.refine((ms) => ms <= DAY_MS, { error: 'expected a duration from 0s to 1d' })
      .prefault('30s')
      .describe('What takes less than this longer is not told.'),
    steps: PartSettings('15s').describe('Steps of jobs, where a platform says how long they take.'),
    tests: PartSettings('5s').describe('Tests, by the reports on them.'),
    mainBranches: Globs.default(['main', 'master', 'trunk']).describe(
      'Branches with baselines of their own; all others share one for each series.',
    ),
  })
  .refine(({ ratio, leastRatio }) => leastRatio <= ratio, {
    error: 'expected leastRatio to be at most ratio',
    path: ['leastRatio'],
  })
  .prefault({});
export type AnomalySettings = z.infer<typeof AnomalySettings>;

type About = Pick<Run, 'platform' | 'repository' | 'pipelineId' | 'branch'>;

/** Whether a series of a run is looked at. */
export function looksAt({ enabled, match, ignore }: AnomalySettings, run: About, series: string): boolean {
  if (!enabled) return false;
  const fits = (entry: SeriesMatch) => matches(entry, { ...run, pipeline: run.pipelineId, series });
  return (match.length === 0 || match.some(fits)) && !ignore.some(fits);
}

export function isMainBranch({ mainBranches }: Pick<AnomalySettings, 'mainBranches'>, branch: string): boolean {
  return [mainBranches].flat().some((glob) => globMatches(glob, branch));
}

function matches(match: SeriesMatch, facts: Record<keyof SeriesMatch, string>): boolean {
  return Object.entries(match).every(([field, globs]) =>
    [globs].flat().some((glob) => globMatches(glob, facts[field as keyof SeriesMatch])),
  );
}
