import { actionTypes, causes, outcomes, SUBJECTS } from '@prunella/contracts';
import { z } from 'zod';

/** Where an incident stands. */
export const states = [
  'detected',
  'diagnosed',
  'scheduled',
  'awaiting_approval',
  'verifying',
  'recommended',
  'handed_over',
  'closed',
] as const;
export type State = (typeof states)[number];

const verdicts = ['acting', 'asking', 'recommending', 'observing', 'handing_over'] as const;
const statuses = ['executed', 'recommended', 'failed', 'superseded', 'handed_over', 'rejected', 'observed'] as const;
const domains = ['code', 'test', 'platform', 'delivery', 'unknown'] as const;

const Time = z.iso.datetime();
const Probability = z.number().min(0).max(1);
const Parameters = z.record(z.string(), z.unknown());

/** One incident as lists show it. null: not known (yet). */
export const Incident = z.strictObject({
  id: z.string(),
  pipelineId: z.string(),
  name: z.string().describe('Display name of the pipeline; its id when it has none.'),
  repository: z.string().describe('owner/name; empty when the publisher names none.'),
  platform: z.string(),
  source: z.string().describe('Where it came from: the platform.'),
  runId: z.string().describe('Empty: the publisher names no run.'),
  attempt: z.int().min(1).describe('The newest attempt that failed; what is said here is about it.'),
  branch: z.string(),
  headSha: z.string(),
  url: z.string().describe('Where a person can look at it; untrusted.'),
  cause: z.enum(causes).nullable(),
  domain: z.enum(domains).nullable(),
  confidence: Probability.nullable().describe('Probability that the action heals, after learning.'),
  transient: Probability.nullable().describe('Probability that the same thing without a change passes.'),
  decidedBy: z
    .string()
    .nullable()
    .describe('rule:<id>, model:<version>, metrics:<id>, reporter:<error type>, request:<who> or default.'),
  explanation: z.string().nullable().describe('Why this cause, in one sentence.'),
  action: z.enum(actionTypes).nullable(),
  actionParameters: Parameters,
  verdict: z.enum(verdicts).nullable().describe('What the policy said.'),
  status: z.enum(statuses).nullable().describe('What became of the action.'),
  state: z.enum(states),
  outcome: z.enum(outcomes).nullable().describe('What later events proved. No data is inconclusive.'),
  outcomeReason: z.string().nullable(),
  reason: z.string().nullable().describe('Why this verdict, in one sentence.'),
  fingerprint: z.string().nullable(),
  simulated: z.boolean().describe('It happened on the playground.'),
  openedAt: Time,
  closedAt: Time.nullable(),
  updatedAt: Time.describe('Time of its newest event.'),
});
export type Incident = z.infer<typeof Incident>;

/** An event for people. */
export const TimelineItem = z.strictObject({
  id: z.string(),
  type: z.enum(SUBJECTS),
  at: Time,
  attempt: z.int().min(1),
  title: z.string().describe('What happened, in a few words.'),
  says: z.string().describe('One sentence; may be empty.'),
  data: Parameters.describe('The data of the event, as proto/prunella/v1 describes it.'),
});
export type TimelineItem = z.infer<typeof TimelineItem>;

/** An event as it was recorded. */
export const RecordedEvent = z.strictObject({
  id: z.string(),
  type: z.enum(SUBJECTS),
  source: z.string(),
  time: Time,
  seq: z.int().nullable().describe('Sequence in the stream; null: not published yet.'),
  traceparent: z.string().nullable(),
  data: Parameters,
});

/** A line of the log that speaks for the cause. */
export const EvidenceLine = z.strictObject({
  line: z.int(),
  text: z.string(),
  job: z.string(),
  match: z.string().optional().describe('The part of the text that the rule matched. Absent: the line as a whole.'),
});
/** What stands in a log around the evidence. */
export const Excerpt = z.strictObject({
  job: z.string(),
  url: z.string().describe('Where a person can read all of it; untrusted; empty: not known.'),
  totalLines: z.int().describe('How many lines the log has; 0: not known.'),
  passages: z
    .array(
      z.strictObject({
        line: z.int().min(1).describe('Number of the first one in the original log.'),
        texts: z.array(z.string()).describe('Lines that follow each other; redacted; untrusted.'),
      }),
    )
    .describe('In the order of the log.'),
});

/** Another cause that was considered. */
export const AlternativeCause = z.strictObject({
  cause: z.enum(causes),
  confidence: z.number(),
  decidedBy: z.string(),
  action: z.enum(actionTypes).nullable().describe('What would have been proposed; null: not recorded.'),
  says: z.string().describe('What it would mean; empty: not recorded.'),
  whyNot: z.string().describe('Why it was not chosen; empty: not recorded.'),
});
export type AlternativeCause = z.infer<typeof AlternativeCause>;

/** One incident with everything that is known about it. */
export const IncidentPage = Incident.extend({
  evidence: z.array(EvidenceLine),
  excerpts: z.array(Excerpt).describe('What stands in the logs around the evidence, 8 KB at most.'),
  alternatives: z.array(AlternativeCause),
  gaps: z.array(z.string()).describe('What could not be read, and why.'),
  vetoes: z.array(z.string()).describe('What the diagnosis wants the policy to know.'),
  reasons: z
    .array(z.strictObject({ check: z.string(), allows: z.boolean(), says: z.string() }))
    .describe('The checks of the policy.'),
  dueAt: Time.nullable().describe('When a scheduled action is due.'),
  effect: z.string().nullable().describe('What was done outside.'),
  traceId: z
    .string()
    .nullable()
    .describe('W3C trace of the newest attempt that failed; logs of the services carry it as `trace_id`.'),
  outcomes: z.array(
    z.strictObject({
      attempt: z.int().min(1),
      action: z.enum(actionTypes),
      outcome: z.enum(outcomes),
      reason: z.string(),
      reversed: z.boolean().describe('It was a heal first, and was taken back.'),
      at: Time,
    }),
  ),
  timeline: z.array(TimelineItem).describe('Its events for people, in the order in which one led to the other.'),
  events: z.array(RecordedEvent).describe('Its events as recorded, in the same order.'),
});
export type IncidentPage = z.infer<typeof IncidentPage>;
