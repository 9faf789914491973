import { type ActionStatus, actionTypes, modes } from '@prunella/contracts';
import { Duration, parseDuration } from '@prunella/core';
import { z } from 'zod';

/** What is decided about an action that is worth telling people; `observed` is missing on purpose: observe says nothing outside. */
const NOTIFIABLE = [
  'executed',
  'recommended',
  'failed',
  'superseded',
  'handed_over',
  'rejected',
] as const satisfies readonly ActionStatus[];

const Mode = z.enum(modes);
const Confidence = z.number().min(0).max(1);
const Glob = z.string().min(1).max(512);
const Globs = z.union([Glob, z.array(Glob).min(1)], { error: 'expected a glob such as release/* or a list of globs' });
const Attempts = z.int().min(1).max(20);

/** Which pipelines an entry is for: all of the globs that are given must match. `*` stops at a slash, `**` does not. */
const Match = z
  .strictObject({
    platform: Globs.optional().describe('`github`, `kubernetes`, `playground`, ...'),
    repository: Globs.optional().describe('`owner/name`'),
    pipeline: Globs.optional().describe('The id of the pipeline, e.g. `owner/name/.github/workflows/ci.yml`.'),
    branch: Globs.optional(),
    environment: Globs.optional().describe('Deployment environment; empty where there is none.'),
    action: z
      .union([z.enum(actionTypes), z.array(z.enum(actionTypes)).min(1)], {
        error: `expected one or a list of ${actionTypes.join(', ')}`,
      })
      .optional()
      .describe('The proposed action.'),
  })
  .refine((match) => Object.keys(match).length > 0, {
    error: 'expected at least one of platform, repository, pipeline, branch, environment, action',
    // A misspelled key is the better message.
    when: ({ issues }) => issues.length === 0,
  });
export type Match = z.infer<typeof Match>;

const PipelineEntry = z.strictObject({
  match: Match,
  mode: Mode.optional(),
  thresholds: z
    .strictObject({ free: Confidence.optional(), cheap: Confidence.optional(), reversible: Confidence.optional() })
    .optional(),
  attempts: Attempts.optional(),
});
export type PipelineEntry = z.infer<typeof PipelineEntry>;

/** `prunella.yaml`: how far Prunella may go, and where. */
export const PolicySchema = z.strictObject({
  version: z.literal(1).describe('Version of this format.'),
  mode: Mode.optional().describe(
    'How far Prunella may go: observe < recommend < approve < act. Not given: act on the playground, recommend elsewhere.',
  ),
  thresholds: z
    .strictObject({
      free: Confidence.default(0),
      cheap: Confidence.default(0.6),
      reversible: Confidence.default(0.8),
    })
    .prefault({})
    .describe(
      'Least confidence to act, per risk class; below it the action is only recommended. Irreversible is never automatic.',
    ),
  attempts: Attempts.default(3).describe('Healing attempts per incident, whatever the rules say.'),
  settleWithin: Duration.refine((ms) => ms >= 1_000 && ms <= (parseDuration('30d') ?? 0), {
    error: 'expected a duration from 1s to 30d',
  })
    .prefault('6h')
    .describe('No proof of an outcome within this time: inconclusive.'),
  pipelines: z
    .array(PipelineEntry)
    .default([])
    .describe('Exceptions; of the entries that match a run, the first one that says something about a field wins.'),
  notify: z
    .strictObject({ on: z.array(z.enum(NOTIFIABLE)).default(['handed_over', 'failed']) })
    .prefault({})
    .describe('What became of an action that people are told about.'),
});

/** A parsed policy: durations in milliseconds, defaults put in. */
export type Policy = z.infer<typeof PolicySchema>;

/** The JSON Schema of `prunella.yaml`, for editors and the reference. */
export function policyJsonSchema(): Record<string, unknown> {
  return { title: 'prunella.yaml', ...z.toJSONSchema(PolicySchema, { io: 'input' }) };
}
