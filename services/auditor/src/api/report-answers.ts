import { actionTypes, causes, outcomes } from '@prunella/contracts';
import { z } from 'zod';
import { Incident, IncidentPage } from '../ledger/incident.ts';
import { endings } from '../report/endings.ts';
import { trends } from '../report/trend.ts';
import { CostReport, Debt, EffectivenessReport, Interval } from './answers.ts';

const Count = z.int().min(0);
const Minutes = z.number().min(0);
const Money = z.array(z.strictObject({ currency: z.string(), amount: z.number().min(0) }));
const Time = z.iso.datetime();
const Range = { from: Time, to: Time };

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

/** A failure that was told shortly before or after an action. */
export const NearFailure = z.strictObject({
  incidentId: z.string(),
  at: Time,
  seconds: z.number().describe('After the action; negative: before it.'),
  source: z.string().describe('Where it came from, e.g. alertmanager, kubernetes, prometheus, github.'),
  pipelineId: z.string(),
  name: z.string(),
  repository: z.string(),
  environment: z.string(),
  workload: z.string(),
  same: z
    .array(z.enum(['workload', 'repository', 'environment']))
    .min(1)
    .describe('What it has in common with the action.'),
  message: z.string().describe('The beginning of what its source says, without secrets; untrusted.'),
});
export type NearFailure = z.infer<typeof NearFailure>;

const Action = {
  attempt: z.int().min(1),
  action: z.enum(actionTypes),
  at: Time.describe('When it took effect.'),
};

/** What came together with an action in time. */
export const Correlation = z.strictObject({
  ...Action,
  withinMinutes: z.number(),
  before: z.array(NearFailure).describe('The nearest first.'),
  after: z.array(NearFailure).describe('The nearest first. It came after the action: that says nothing of why.'),
  more: z.boolean().describe('There were more; the nearest are here.'),
});
export type Correlation = z.infer<typeof Correlation>;

export const CorrelatedIncidentPage = IncidentPage.extend({
  correlation: z
    .array(Correlation)
    .describe(
      'What was told of the same workload, repository or environment around its actions, at most the last 20 of them.',
    ),
});
export type CorrelatedIncidentPage = z.infer<typeof CorrelatedIncidentPage>;

/** Other incidents like one, and how those ended. */
export const SimilarIncidents = z.strictObject({
  incidentId: z.string(),
  says: z.string().describe('How those alike ended, in one sentence; empty: there is none.'),
  endings: z
    .array(
      z.strictObject({
        ending: z
          .enum(endings)
          .describe(
            'healed: by the action. by_humans: well again after it was left to humans. by_itself: without an action of ours.',
          ),
        action: z.enum(actionTypes).nullable().describe('What was done; null: nothing was.'),
        count: Count,
      }),
    )
    .describe('Of the items; the most frequent first.'),
  more: z.boolean().describe('There may be more; these are the newest.'),
  items: z
    .array(
      z.strictObject({
        incident: Incident,
        alike: z
          .enum(['fingerprint', 'pipeline'])
          .describe('The same failure; or the same cause in the same pipeline.'),
        ending: z.enum(endings),
      }),
    )
    .describe('Those of the same failure first, each the newest first.'),
});
export type SimilarIncidents = z.infer<typeof SimilarIncidents>;

const LogLines = z.array(z.strictObject({ at: Time, text: z.string() }));

export const HealingLog = z.strictObject({
  ...Range,
  pipeline: z.string(),
  more: z.boolean().describe('There may be more; these are the first.'),
  lines: LogLines.describe('In order of time; without secrets; untrusted.'),
});
export type HealingLog = z.infer<typeof HealingLog>;

export const IncidentCorrelation = z.strictObject({
  incidentId: z.string(),
  says: z.string().describe('What this is, and what it is not.'),
  actions: z.array(
    Correlation.extend({
      logs: LogLines.describe(
        'What Loki has of the workload around the action, the first lines; without secrets; untrusted.',
      ),
      healing: LogLines.describe('What was logged about the healing of the pipeline.'),
      gaps: z.array(z.string()).describe('What could not be read, and why.'),
    }),
  ),
});
export type IncidentCorrelation = z.infer<typeof IncidentCorrelation>;

export const CorrelationReport = z.strictObject({
  ...Range,
  withinMinutes: z.number(),
  says: z.string().describe('What this is, and what it is not.'),
  looked: Count.describe('Actions that were looked at: the newest of the range.'),
  more: z.boolean().describe('There were more actions in the range than are looked at.'),
  actions: z.array(
    z.strictObject({
      action: z.enum(actionTypes),
      total: Count,
      preceded: Count.describe('Of how many related failures were told before.'),
      followed: Count.describe('Of how many related failures were told after.'),
      before: Count.describe('How many failures that were.'),
      after: Count,
    }),
  ),
  items: z
    .array(
      z.strictObject({
        incidentId: z.string(),
        ...Action,
        repository: z.string(),
        name: z.string(),
        environment: z.string(),
        workload: z.string(),
        outcome: z.enum(outcomes).nullable(),
        before: Count,
        after: Count,
      }),
    )
    .describe('Those that were followed by the most, at most 50.'),
});
export type CorrelationReport = z.infer<typeof CorrelationReport>;

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
