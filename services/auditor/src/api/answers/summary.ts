import { z } from 'zod';
import { CorrelationReport } from './correlation.ts';
import { Debt } from './debts.ts';
import { Count, Range } from './fields.ts';
import { CostReport, EffectivenessReport } from './reports.ts';
import { RootCauseReport } from './root-causes.ts';

/** All of it in one. */
export const SummaryReport = z.strictObject({
  ...Range,
  incidents: z.strictObject({
    opened: Count,
    healed: Count,
    handedOver: Count.describe('A human was told to look at it.'),
    waiting: Count.describe('Somebody is asked, or something is recommended.'),
    open: Count.describe('Everything that is not closed.'),
  }),
  effectiveness: EffectivenessReport,
  costs: CostReport.describe('By repository; the dearest first, at most ten.'),
  rootCauses: RootCauseReport.describe('At most ten.'),
  correlation: CorrelationReport.describe('At most ten.'),
  debts: z.strictObject({
    overdue: Count.describe('At most 200 are counted.'),
    dueSoon: Count.describe('Within the next such time; at most 200 are counted.'),
    items: z.array(Debt).describe('The first due first, at most ten.'),
  }),
  tests: z.strictObject({
    known: Count,
    failing: Count,
    flaky: Count,
    suspect: Count,
    items: z
      .array(z.strictObject({ id: z.string(), name: z.string(), repository: z.string(), proofs: Count }))
      .describe('The flaky ones with the most proofs, at most ten.'),
  }),
});
export type SummaryReport = z.infer<typeof SummaryReport>;
