import { actionTypes, causes } from '@prunella/contracts';
import { z } from 'zod';
import { trends } from '../../report/trend.ts';
import { Count, Minutes, Money, Range, Time } from './fields.ts';

/** Something that was healed again and again. */
export const RootCause = z.strictObject({
  what: z.string().describe('What it is, in one sentence.'),
  fix: z.string().describe('What to do about it, in one sentence.'),
  owner: z.string().nullable().describe('Whose it is by `owners` of the policy; null: nobody is named.'),
  count: Count.describe('Heals in the range. That it came back soon takes nothing off.'),
  before: Count.describe('In as long a time before it.'),
  trend: z.enum(trends).describe('`count` against `before`.'),
  firstAt: Time,
  lastAt: Time,
  minutes: Minutes.describe('Runner minutes that those heals cost: as known, else as expected.'),
  money: Money,
  platform: z.string(),
  repository: z.string().describe('Empty: the publisher names none.'),
  target: z.string().describe('What was healed: a workload as namespace/name, or the id of a pipeline.'),
  pipelineId: z.string(),
  name: z.string(),
  workload: z.string().describe('Empty: none is known.'),
  fingerprint: z.string().describe('Empty: none is known.'),
  cause: z.enum(causes),
  decidedBy: z.string(),
  actions: z.array(z.enum(actionTypes)).describe('What was done.'),
  incidentIds: z.array(z.string()).describe('Examples, the newest first; at most three.'),
});
export type RootCause = z.infer<typeof RootCause>;

export const RootCauseReport = z.strictObject({
  ...Range,
  atLeast: Count.describe('So many heals of the same failure in the range make a root cause.'),
  items: z.array(RootCause).describe('The most frequent first.'),
});
export type RootCauseReport = z.infer<typeof RootCauseReport>;
