import { actionTypes, modes } from '@prunella/contracts';
import { Duration } from '@prunella/core';
import { z } from 'zod';

const Glob = z.string().min(1).describe('A name; `*` stands for any characters.');
const Mode = z.enum(modes);

/** What an entry is about. Each field that is given must fit. */
export const Match = z.strictObject({
  platform: Glob.optional(),
  repository: Glob.optional().describe('owner/name'),
  pipeline: Glob.optional().describe("The pipeline's id."),
  branch: Glob.optional(),
  environment: Glob.optional(),
  action: z.enum(actionTypes).optional(),
});
export type Match = z.infer<typeof Match>;

const Probability = z.number().min(0).max(1);

const Thresholds = z.strictObject({
  free: Probability.default(0).describe('Telling somebody.'),
  cheap: Probability.default(0.6).describe('Retry, wait.'),
  reversible: Probability.default(0.8).describe('Scale, quarantine, restart, roll back.'),
});

const Entry = z.strictObject({
  match: Match,
  mode: Mode.optional(),
  attempts: z.int().min(0).max(50).optional(),
  thresholds: Thresholds.partial().optional(),
});

/** `prunella.yaml`. */
export const PolicyFile = z.strictObject({
  version: z.literal(1).describe('Version of this format.'),
  mode: Mode.default('recommend').describe(
    'How far Prunella may go where no entry says otherwise: observe < recommend < approve < act.',
  ),
  thresholds: Thresholds.prefault({}).describe(
    'Least confidence to act, per risk. What is irreversible is never automatic.',
  ),
  attempts: z.int().min(0).max(50).default(3).describe('Healing attempts per incident in all, whatever the rules say.'),
  settleWithin: Duration.default(21_600_000).describe('After this long without proof an outcome is inconclusive.'),
  pipelines: z
    .array(Entry)
    .default([])
    .describe('Exceptions; for each setting the first entry that fits and names it counts.'),
});
export type PolicyFile = z.infer<typeof PolicyFile>;
export type PolicyEntry = PolicyFile['pipelines'][number];

/** JSON Schema of `prunella.yaml`, for editors. */
export function policyJsonSchema(): unknown {
  return z.toJSONSchema(PolicyFile, { io: 'input', unrepresentable: 'any' });
}
