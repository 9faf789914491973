import type { ActionStatus, ActionType, Cause, Excerpt, Outcome, Verdict } from '@prunella/contracts';

/** How far an incident has come. */
export type State =
  | 'detected'
  | 'diagnosed'
  | 'scheduled'
  | 'awaiting_approval'
  | 'verifying'
  | 'recommended'
  | 'handed_over'
  | 'closed';

export const STATES: readonly State[] = [
  'detected',
  'diagnosed',
  'scheduled',
  'awaiting_approval',
  'verifying',
  'recommended',
  'handed_over',
  'closed',
];

export const OUTCOMES: readonly Outcome[] = ['healed', 'ineffective', 'harmful', 'inconclusive'];

/** One failure and everything that was done about it, as the list shows it. Times are ISO 8601 in UTC. */
export interface Incident {
  id: string;
  pipelineId: string;
  /** The pipeline's display name; empty when the publisher gave none. */
  name: string;
  repository: string;
  /** Which adapter can read and heal it: `github`, `kubernetes`, `playground`, `generic`. */
  platform: string;
  source: string;
  runId: string;
  /** Counts from 1. */
  attempt: number;
  branch: string;
  headSha: string;
  /** Where a person can look at the run. Untrusted: see `safeUrl`. */
  url: string;
  /** Absent until it is diagnosed. */
  cause: Cause | null;
  domain: string | null;
  /** Probability that the action heals, 0 to 1. */
  confidence: number | null;
  /** Probability that the same thing passes without a change, 0 to 1. */
  transient: number | null;
  /** `rule:<id>`, `model:<version>`, `metrics:<id>` or `default`. */
  decidedBy: string | null;
  explanation: string | null;
  action: ActionType | null;
  verdict: Verdict | null;
  status: ActionStatus | null;
  state: State;
  outcome: Outcome | null;
  outcomeReason: string | null;
  /** Why that verdict, in one sentence. */
  reason: string | null;
  /** It comes from the playground. */
  simulated: boolean;
  openedAt: string;
  closedAt: string | null;
  updatedAt: string;
}

export interface EvidenceLine {
  /** Counts from 1 in the original log. */
  line: number;
  text: string;
  job: string;
  /** The part of the text that the rule matched; absent: the line as a whole. */
  match?: string;
}

export interface AlternativeCause {
  cause: Cause;
  confidence: number;
  decidedBy: string;
  /** What would have been proposed; null: not recorded. */
  action: ActionType | null;
  /** What it would mean, and why it was not chosen; empty: not recorded. */
  says: string;
  whyNot: string;
}

export interface PolicyReason {
  check: string;
  allows: boolean;
  says: string;
}

export type TimelineType =
  | 'pipeline.started'
  | 'pipeline.failed'
  | 'pipeline.finished'
  | 'diagnosis.made'
  | 'action.scheduled'
  | 'action.requested'
  | 'action.approved'
  | 'action.executed'
  | 'breaker.closed'
  | 'outcome.observed'
  | 'confidence.updated';

export interface TimelineEvent {
  id: string;
  type: TimelineType;
  at: string;
  attempt: number;
  title: string;
  /** May be empty, and may be the long error message of somebody's program. */
  says: string;
  /** The event as it was on the bus. Read it with the helpers of `event-data.ts`: nothing in it is sure to be there. */
  data: unknown;
}

/** One incident with all that its page shows. */
export interface IncidentDetail extends Incident {
  evidence: EvidenceLine[];
  /** What stands in the logs around the evidence. */
  excerpts: Excerpt[];
  alternatives: AlternativeCause[];
  /** What could not be read, and why. */
  gaps: string[];
  reasons: PolicyReason[];
  timeline: TimelineEvent[];
  /** The events as they were recorded, in the order of the timeline: `id` is their publisher's. */
  events: { id: string; type: string }[];
}

export interface IncidentPage {
  items: Incident[];
  /** Null: this was the last page. */
  nextCursor: string | null;
}

export interface Effectiveness {
  from: string;
  to: string;
  overall: { total: number; successful: number; successRate: number | null };
  actions: {
    action: ActionType;
    total: number;
    successful: number;
    ineffective: number;
    harmful: number;
    inconclusive: number;
    /** No outcome yet. */
    pending: number;
    successRate: number | null;
  }[];
}

/** What experience says about one rule (or model) with one action. */
export interface Posterior {
  decidedBy: string;
  action: ActionType;
  prior: number;
  mean: number;
  healed: number;
  ineffective: number;
  harmful: number;
  samples: number;
  updatedAt: string;
}
