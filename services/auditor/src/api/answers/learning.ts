import { actionTypes, causes, outcomes, standings } from '@prunella/contracts';
import { z } from 'zod';
import { EvidenceLine } from '../../ledger/incident.ts';
import { Count, Probability } from './fields.ts';

export const ConfidenceList = z.strictObject({
  items: z.array(
    z.strictObject({
      decidedBy: z
        .string()
        .describe('rule:<id>, model:<version>, metrics:<id>, reporter:<error type>, request:<who> or default.'),
      action: z.enum(actionTypes),
      prior: Probability.describe("The rule's own confidence. 0 where nothing was observed yet."),
      mean: Probability.describe('How often it is expected to heal, old outcomes counting less.'),
      lower: Probability.describe(
        'What thresholds are held against: it heals at least so often, with the credibility of the policy.',
      ),
      healed: Count,
      ineffective: Count,
      harmful: Count,
      samples: Count.describe('healed + ineffective + harmful'),
      weight: z.number().min(0).describe('The same with old ones counting less.'),
      standing: z.enum(standings).describe('demoted: it is only recommended.'),
      pinned: z.boolean().describe('A person said so, and only a person changes it.'),
      why: z.string().nullable().describe('Why its standing changed the last time; null: it never did.'),
      since: z.iso.datetime().nullable(),
      updatedAt: z.iso.datetime(),
    }),
  ),
});
export type ConfidenceList = z.infer<typeof ConfidenceList>;

/** A demotion or promotion with its evidence. */
export const StandingChange = z.strictObject({
  decidedBy: z.string(),
  action: z.enum(actionTypes),
  standing: z.enum(standings),
  by: z.string().describe('`prunella`, or who did it by hand.'),
  pinned: z.boolean(),
  reason: z.string(),
  healed: Count.describe('Outcomes that counted then, of any weight.'),
  ineffective: Count,
  harmful: Count,
  weight: z.number().min(0).describe('The same by weight.'),
  mean: Probability,
  lower: Probability.describe('The bound that was held against the threshold.'),
  threshold: Probability,
  windowFrom: z.iso.datetime().nullable().describe('From when on outcomes counted.'),
  at: z.iso.datetime(),
});
export type StandingChange = z.infer<typeof StandingChange>;

export const StandingChangeList = z.strictObject({
  items: z.array(StandingChange),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type StandingChangeList = z.infer<typeof StandingChangeList>;

const Weighed = {
  helped: z.number().min(0).describe('Those that healed, old ones counting less.'),
  tried: z.number().min(0).describe('All that are proven, old ones counting less.'),
};
const Counted = { healed: Count, ineffective: Count, harmful: Count };

/** What the belief about a rule and action stands on. */
export const ConfidenceEvidence = z.strictObject({
  decidedBy: z.string(),
  action: z.enum(actionTypes),
  word: Probability.describe('What the rule says of itself.'),
  prior: Probability.describe('Its word and what is known of others like it, before its own outcomes.'),
  mean: Probability,
  lower: Probability.describe('What the threshold is held against.'),
  threshold: Probability.describe('Of the policy, for the risk of the action, without entries of `pipelines`.'),
  own: z.strictObject({
    ...Weighed,
    ...Counted,
    causes: z.array(z.strictObject({ cause: z.enum(causes), ...Weighed, ...Counted })).describe('The most first.'),
  }),
  sameCause: z.strictObject({ ...Weighed, rules: Count }).describe('The same action for the same causes, by others.'),
  otherCauses: z.strictObject({ ...Weighed, rules: Count }).describe('The same action for other causes, by others.'),
  settings: z
    .strictObject({
      halfLifeDays: z.number(),
      priorWeight: z.number(),
      credibility: Probability,
      demoteAfter: z.number(),
      promoteAfter: z.number(),
      margin: z.number(),
    })
    .describe('`learning` of the policy.'),
});
export type ConfidenceEvidence = z.infer<typeof ConfidenceEvidence>;

export const TrainingList = z.strictObject({
  items: z
    .array(
      z.strictObject({
        id: z.string(),
        openedAt: z.iso.datetime(),
        pipelineId: z.string(),
        repository: z.string().describe('Empty: the publisher names none.'),
        cause: z.enum(causes),
        decidedBy: z.string(),
        prior: z.number().min(0).max(1).describe('What the rule or model said by itself, before learning.'),
        action: z.enum(actionTypes).nullable(),
        outcome: z.enum(outcomes).nullable().describe('What was proven about the action; null: nothing yet.'),
        reversed: z.boolean().describe('The outcome of the first action was a heal, and was taken back.'),
        treatment: z
          .enum(['acted', 'recommended', 'held_out'])
          .nullable()
          .describe('What was done about it first; held_out: only watched, by chance. null: anything else.'),
        recovered: z
          .boolean()
          .nullable()
          .describe('Whether it became well without an action of ours. null: there was one, or its time is not over.'),
        evidence: z.array(EvidenceLine).describe('What tells most comes first.'),
        metrics: z.record(z.string(), z.number()),
      }),
    )
    .describe('The newest first.'),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type TrainingList = z.infer<typeof TrainingList>;

export const BreakerList = z.strictObject({
  items: z.array(
    z.strictObject({
      id: z.string(),
      action: z.enum(actionTypes),
      platform: z.string(),
      open: z
        .boolean()
        .describe('Open: the action is only recommended there, until it has rested or somebody closes it.'),
      failures: Count.describe('Outcomes in a row that did not help.'),
      openedAt: z.iso.datetime().nullable(),
      reason: z.string().nullable().describe('Why it opened.'),
      trying: z.boolean().describe('One action is being tried, to see whether it helps again.'),
      closed: z
        .strictObject({ by: z.string(), reason: z.string(), at: z.iso.datetime() })
        .nullable()
        .describe('Who closed it the last time by hand.'),
    }),
  ),
});
export type BreakerList = z.infer<typeof BreakerList>;

export const BreakerClosing = z.strictObject({
  id: z.string(),
  action: z.enum(actionTypes),
  platform: z.string(),
  by: z.string(),
  reason: z.string(),
});
export type BreakerClosing = z.infer<typeof BreakerClosing>;
