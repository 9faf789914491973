import { causes } from '@prunella/contracts';
import { z } from 'zod';
import { debtKindNames } from '../../debts/kinds/index.ts';
import { debtStates } from '../../debts/states.ts';
import { Count, Minutes, Money } from './fields.ts';

/** Something that works without being repaired. */
export const Debt = z.strictObject({
  id: z.string(),
  kind: z.enum(debtKindNames),
  what: z.string().describe('What wants repair, in one sentence.'),
  state: z
    .enum(debtStates)
    .describe('overdue: it is past its due date. resolved: somebody said so, and it was not seen since.'),
  rootCause: z.boolean().describe('It is healed again and again: the cause is to be fixed.'),
  owner: z.string().nullable().describe('Who repairs it; null: nobody.'),
  ownerFrom: z
    .enum(['hand', 'policy'])
    .nullable()
    .describe('Who named the owner: somebody, or `owners` of the policy.'),
  dueAt: z.iso.datetime(),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  count: Count.describe('How often it was added to.'),
  recent: Count.describe('In the last seven days.'),
  before: Count.describe('In the seven days before those.'),
  trend: z.enum(['rising', 'steady', 'falling']).describe('`recent` against `before`.'),
  minutes: Minutes.describe('Runner minutes that it cost so far: as known, else as expected.'),
  money: Money.describe("What those cost, by the policy's price, for each currency."),
  platform: z.string(),
  repository: z.string().describe('Empty: the publisher names none.'),
  pipelineId: z.string(),
  fingerprint: z.string().describe('Empty: it is about no one failure.'),
  workload: z.string().describe('namespace/name; empty: it is about a pipeline.'),
  cause: z.enum(causes),
  incidentId: z.string().describe('The newest incident that added to it.'),
  resolvedAt: z.iso.datetime().nullable(),
  changedBy: z.string().nullable().describe('Who said the last of owner and repair; null: nobody yet.'),
  changedWhy: z.string(),
});
export type Debt = z.infer<typeof Debt>;

export const DebtList = z.strictObject({
  items: z.array(Debt),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type DebtList = z.infer<typeof DebtList>;
