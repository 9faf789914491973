import { Duration } from '@prunella/core';
import { z } from 'zod';

const DAY_MS = 86_400_000;

/** How outcomes change what a rule may do; docs/guide/learning.md has the formulas. */
export const LearningSettings = z
  .strictObject({
    halfLife: Duration.refine((ms) => ms >= DAY_MS && ms <= 365 * DAY_MS, {
      error: 'expected a duration from 1d to 365d',
    })
      .prefault('90d')
      .describe('An outcome counts half after this time, and no more after ten times as long.'),
    priorWeight: z
      .number()
      .min(1)
      .max(1_000)
      .default(10)
      .describe('How many outcomes of its own outweigh what a rule says of itself, and what others like it did.'),
    credibility: z
      .number()
      .min(0.5)
      .max(0.999)
      .default(0.9)
      .describe('How probably the true rate is above the bound that thresholds are held against.'),
    demoteAfter: z
      .number()
      .min(1)
      .max(1_000)
      .default(5)
      .describe(
        'Fewest outcomes, by weight, before a rule whose bound is below its threshold is demoted to recommending.',
      ),
    promoteAfter: z
      .int()
      .min(1)
      .max(1_000)
      .default(3)
      .describe('Fewest outcomes since then before it is promoted again.'),
    margin: z
      .number()
      .min(0)
      .max(0.5)
      .default(0.05)
      .describe('By how much its bound has to be above the threshold for that.'),
  })
  .prefault({});
export type LearningSettings = z.infer<typeof LearningSettings>;
