import { actionTypes, outcomes } from '@prunella/contracts';
import { z } from 'zod';
import { IncidentPage } from '../../ledger/incident.ts';
import { Count, Range, Time } from './fields.ts';

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
  traceUrl: z
    .string()
    .nullable()
    .describe('Where a person can look at that trace; null: PRUNELLA_TRACE_URL is not set.'),
  correlation: z
    .array(Correlation)
    .describe(
      'What was told of the same workload, repository or environment around its actions, at most the last 20 of them.',
    ),
});
export type CorrelatedIncidentPage = z.infer<typeof CorrelatedIncidentPage>;

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
