import { actionTypes, causes } from '@prunella/contracts';
import { z } from 'zod';

const Share = z.number().min(0).max(1);
const Pattern = z.string().min(1).max(1_000);
const Id = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, { error: 'expected lower-case words joined by -' })
  .max(100);

/** A bound on a measurement: it holds when the metric is known and above. */
const MetricBound = z.strictObject({ above: z.number() });
/** Bounds by the metric's name, e.g. `{ memory: { above: 0.95 } }`; all have to hold. */
export const MetricBounds = z.record(z.string().min(1), MetricBound);
export type MetricBounds = z.infer<typeof MetricBounds>;

const Parameters = z.record(z.string().min(1), z.json());

const RuleAction = z.strictObject({
  type: z.enum(actionTypes),
  parameters: Parameters.default({}).describe('Durations as text with a unit, e.g. 5s.'),
  overrides: z
    .array(z.strictObject({ when: MetricBounds, parameters: Parameters }))
    .default([])
    .describe('Parameters that replace the ones above when metrics say so; later ones win.'),
});

/** A piece of log, or an error as a publisher reports it. */
const Example = z.union([
  z.string().min(1),
  z.strictObject({ type: z.string().default(''), message: z.string().default('') }),
]);
export type Example = z.infer<typeof Example>;

/** One rule as it stands in a pack. */
export const RuleSchema = z
  .strictObject({
    id: Id,
    cause: z.enum(causes),
    says: z.string().min(10).max(200).describe('One sentence for people: what happened.'),
    match: z
      .strictObject({
        log: z.array(Pattern).default([]).describe('RE2 patterns, each for one line of a log or error message.'),
        error_type: z
          .array(Pattern)
          .default([])
          .describe(
            'RE2 patterns for the class or code of a reported error, for conclusion:<word>, exit_code:<number> and failure_reason:<word>.',
          ),
      })
      .prefault({}),
    exclude: z.array(Pattern).default([]).describe('A line that one of these matches does not count.'),
    metrics: MetricBounds.default({}).describe('Have to hold as well; alone they are a match of their own.'),
    transient: Share.describe('Probability that the same thing without a change passes.'),
    confidence: Share.describe('Probability that cause and action are right when the rule matches.'),
    action: RuleAction,
    examples: z.strictObject({ match: z.array(Example).default([]), no_match: z.array(Example).default([]) }),
  })
  .refine(({ match, metrics }) => match.log.length + match.error_type.length + Object.keys(metrics).length > 0, {
    path: ['match'],
    error: 'expected at least one of match.log, match.error_type and metrics',
  })
  .refine(({ match, examples }) => match.log.length === 0 || examples.match.length > 0, {
    path: ['examples', 'match'],
    error: 'expected at least one example that the rule matches',
  });
/** A rule with all defaults filled in. */
export type Rule = z.infer<typeof RuleSchema>;

export const PackSchema = z.strictObject({ rules: z.array(RuleSchema).min(1) });
