import { actionTypes } from '@prunella/contracts';
import { z } from 'zod';
import { Count, Interval, Range } from './fields.ts';

const Share = z.number().min(0).max(1);
const Stated = {
  cases: Count.describe('Proven: healed, ineffective or harmful.'),
  successes: Count.describe('Of them healed.'),
  stated: Share.nullable().describe('How surely it was said to heal, on average; null: there are no cases.'),
  observed: Interval.nullable().describe(
    "How often it healed, with Wilson's interval at 95 %; null: there are no cases.",
  ),
};

/** Whether what is said to heal so often does. */
export const ReliabilityReport = z.strictObject({
  ...Range,
  action: z.enum(actionTypes).nullable().describe('null: all.'),
  ...Stated,
  bins: z
    .array(z.strictObject({ from: Share, to: Share, ...Stated }))
    .describe('By what was said when it was decided; ten of them, also those without cases.'),
  calibrationError: Share.nullable().describe(
    'How far what was said is from what came of it, on average over the bins by their cases. null: there are no cases.',
  ),
  brier: Share.nullable().describe('Mean squared distance of the two, decision by decision; the less the better.'),
  brierOfAverage: Share.nullable().describe('The same of always saying how often it heals over all.'),
  says: z.string().describe('The same in a sentence, with what it is worth.'),
  unproven: Count.describe('Inconclusive, or without an outcome yet; they are no cases.'),
  unstated: Count.describe('Actions of which nobody said how sure it was; they are no cases.'),
});
export type ReliabilityReport = z.infer<typeof ReliabilityReport>;
