import type { Outcome } from '@prunella/contracts';
import type {
  ConfidenceList,
  CorrelatedIncidentPage,
  EffectivenessReport,
  Incident,
  IncidentList,
} from '../gen/api.ts';

export type { Incident };
/** How far an incident has come. */
export type State = Incident['state'];
export type IncidentPage = IncidentList;
/** One incident with all that its page shows. */
export type IncidentDetail = CorrelatedIncidentPage;
/** `data` is the event as it was on the bus. Read it with the helpers of `event-data.ts`: nothing in it is sure to be there. */
export type TimelineEvent = IncidentDetail['timeline'][number];
export type TimelineType = TimelineEvent['type'];
export type EvidenceLine = IncidentDetail['evidence'][number];
export type AlternativeCause = IncidentDetail['alternatives'][number];
export type PolicyReason = IncidentDetail['reasons'][number];
export type Effectiveness = EffectivenessReport;
/** What experience says about one rule (or model) with one action. */
export type Posterior = ConfidenceList['items'][number];

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
