import { actionTypes, causes } from '@prunella/contracts';
import { costKeys } from '@prunella/store';
import { z } from 'zod';
import { type NotDoneStatus, notDoneStatuses } from '../../report/not-done.ts';
import { Count, Interval, Minutes, Money, Rate, RateInterval } from './fields.ts';
import { KnownTest } from './tests.ts';

/** What some actions cost. */
const Costs = {
  actions: Count.describe('Actions that took effect.'),
  estimated: Count.describe('Of how many the costs were estimated.'),
  expectedMinutes: Minutes.describe('Sum of those estimates, in runner minutes.'),
  timed: Count.describe('Of how many it is known how long their rerun took.'),
  actualMinutes: Minutes.describe('Sum of how long those took, by the clock on the wall.'),
  money: Money.describe("Expected, by the policy's price; one entry for each currency. Empty: no price is set."),
};

const TimeToHeal = {
  timed: Count.describe(
    'Heals of which it is known how long they took: from when the failure was told to what proves the heal.',
  ),
  meanMinutesToHeal: Minutes.nullable().describe('null: of none it is known.'),
  medianMinutesToHeal: Minutes.nullable().describe('null: of none it is known.'),
};

const NotDone = z
  .strictObject(
    Object.fromEntries(notDoneStatuses.map((status) => [status, Count])) as Record<NotDoneStatus, typeof Count>,
  )
  .describe('Actions that were decided and did not take effect, by what became of them.');

/** What came of it. */
const Worth = {
  spent: z
    .strictObject({ minutes: Minutes, money: Money })
    .describe('Runner minutes, each as known, else as expected, and their price.'),
  healed: Count.describe('Proven, and not taken back.'),
  inVain: z
    .strictObject({ actions: Count, minutes: Minutes, money: Money })
    .describe('What ineffective, harmful and inconclusive ones spent, in runner minutes: as known, else as expected.'),
  saved: z
    .strictObject({ heals: Count, minutes: Minutes, money: Money })
    .nullable()
    .describe(
      "A person's time, by `reports.byHand` of the policy, for the heals that it has a figure for. Runner minutes are not saved: a rerun takes as long whoever begins it. What would have passed by itself is not taken off. null: no figure fits, and nothing is claimed.",
    ),
};

export const EffectivenessReport = z.strictObject({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  overall: z.strictObject({
    ...{ total: Count, successful: Count, ineffective: Count, harmful: Count, inconclusive: Count, pending: Count },
    ...{ successRate: Rate, interval: RateInterval, ...TimeToHeal, notDone: NotDone },
  }),
  actions: z.array(
    z.strictObject({
      action: z.enum(actionTypes),
      total: Count.describe('Actions that took effect in the time range.'),
      successful: Count.describe('Proven to have healed.'),
      ineffective: Count,
      harmful: Count,
      inconclusive: Count.describe('Nothing proved anything.'),
      pending: Count.describe('No outcome yet.'),
      successRate: Rate,
      interval: RateInterval,
      expectedMinutes: Minutes.describe('Runner minutes, as expected when it was decided.'),
      actualMinutes: Minutes.describe('What is known of how long the reruns took.'),
      money: Money.describe("Expected, by the policy's price, for each currency."),
      ...TimeToHeal,
      notDone: NotDone,
    }),
  ),
  days: z
    .array(
      z.strictObject({
        day: z.iso.date().describe('In UTC.'),
        ...{ successful: Count, ineffective: Count, harmful: Count, inconclusive: Count, pending: Count },
      }),
    )
    .describe('The same by day, the oldest first, at most 400; days without actions are left out.'),
});
export type EffectivenessReport = z.infer<typeof EffectivenessReport>;

const Arm = z.strictObject({
  successes: Count,
  cases: Count,
  interval: Interval.optional().describe("Their share, with Wilson's interval at 95 %."),
});
const Uplift = {
  method: z
    .enum(['hold-out', 'matched', 'none'])
    .describe('hold-out: chance decided who was healed; matched: incidents alike that were only recommended.'),
  treated: Arm.describe('Those that were healed or tried. What was not proven is no success.'),
  control: Arm.describe('Those that were not acted on, and of them those that became well by themselves in time.'),
  difference: Interval.optional().describe('Of the two shares, at 95 %. Absent: there are too few to say.'),
  strata: Count.describe('Groups of incidents alike that have both; 0 where chance decided.'),
  says: z.string().describe('The same in a sentence, with what it is worth.'),
  pending: Count.describe('Incidents of which it is not known yet how they end; they are no cases.'),
};

export const UpliftReport = z.strictObject({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  overall: z.strictObject(Uplift),
  causes: z.array(z.strictObject({ cause: z.enum(causes), ...Uplift })).describe('The same by cause.'),
});
export type UpliftReport = z.infer<typeof UpliftReport>;

export const CostReport = z.strictObject({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  by: z.enum(costKeys),
  total: z.strictObject({ ...Costs, ...Worth }),
  items: z.array(
    z.strictObject({
      key: z.string().describe('The action, repository, cause or day (UTC); empty: the event names no repository.'),
      ...Costs,
      ...Worth,
    }),
  ),
});
export type CostReport = z.infer<typeof CostReport>;

export const FlakyReport = z.strictObject({
  tests: Count.describe('Tests that are known.'),
  failing: Count,
  flaky: Count,
  suspect: Count,
  items: z.array(KnownTest).describe('The flaky ones, those with the most proofs first.'),
});
export type FlakyReport = z.infer<typeof FlakyReport>;
