import type { DescMessage } from '@bufbuild/protobuf';
import * as action from './gen/prunella/v1/action_events_pb.ts';
import * as anomaly from './gen/prunella/v1/anomaly_detected_pb.ts';
import * as debt from './gen/prunella/v1/debt_changed_pb.ts';
import * as dependency from './gen/prunella/v1/dependency_changed_pb.ts';
import * as diagnosis from './gen/prunella/v1/diagnosis_made_pb.ts';
import * as digest from './gen/prunella/v1/digest_made_pb.ts';
import * as flakiness from './gen/prunella/v1/flakiness_updated_pb.ts';
import * as learning from './gen/prunella/v1/learning_events_pb.ts';
import * as failed from './gen/prunella/v1/pipeline_failed_pb.ts';
import * as finished from './gen/prunella/v1/pipeline_finished_pb.ts';
import * as started from './gen/prunella/v1/pipeline_started_pb.ts';
import * as quarantine from './gen/prunella/v1/quarantine_changed_pb.ts';
import type * as run from './gen/prunella/v1/run_pb.ts';
import * as tests from './gen/prunella/v1/tests_reported_pb.ts';
import * as watch from './gen/prunella/v1/watch_ended_pb.ts';
import type * as words from './gen/prunella/v1/words_pb.ts';
import type { Wire } from './wire.ts';

type Named<J extends string> = Exclude<J, `${string}_unspecified`>;

/** Why something failed. */
export type Cause = Named<words.CauseJson>;
/** What can be done about it. */
export type ActionType = Named<words.ActionTypeJson>;
/** How much an action can hurt. */
export type Risk = Named<words.RiskJson>;
/** How far Prunella may go. */
export type Mode = Named<words.ModeJson>;
/** What the policy said about one proposed action. */
export type Verdict = Named<words.VerdictJson>;
/** What became of one decided action. */
export type ActionStatus = Named<words.ActionStatusJson>;
/** What later events proved about one executed action. */
export type Outcome = Named<words.OutcomeJson>;
/** How a run ended. */
export type Conclusion = Named<run.Conclusion_ValueJson>;
/** What happened to an entry of the quarantine. */
export type QuarantineChange = Named<quarantine.QuarantineChange_ValueJson>;
/** What a watch of a deployment came to. */
export type WatchResult = Named<watch.WatchResult_ValueJson>;
/** How something that pipelines need is. */
export type DependencyState = Named<dependency.DependencyState_ValueJson>;
/** What is measured. */
export type SeriesKind = Named<anomaly.SeriesKind_ValueJson>;
/** How a test went in one run. */
export type TestStatus = Named<tests.TestStatus_ValueJson>;
/** What kind of thing was reported. */
export type Kind = Named<run.Kind_ValueJson>;

export type Workload = Wire<run.Workload, run.WorkloadJson>;
export type Failure = Wire<run.Failure, run.FailureJson>;
export type Resources = Wire<run.Resources, run.ResourcesJson>;
export type Step = Omit<Wire<run.Step, run.StepJson>, 'conclusion'> & { conclusion: run.Conclusion_ValueJson };
/** `steps`: readers always have them, writers need not. */
export type Job = Omit<Wire<run.Job, run.JobJson>, 'conclusion' | 'steps'> & {
  conclusion: run.Conclusion_ValueJson;
  steps?: Step[];
};
/** One attempt of one run, or one deployment: what a heal is about. */
export type Run = Omit<Wire<run.Run, run.RunJson>, 'kind' | 'workload'> & { kind: Kind; workload?: Workload };

type Words = {
  jobs: Job[];
  run: Run;
  cause: Cause;
  kind: Kind;
  conclusion: Conclusion;
  risk: Risk;
  mode: Mode;
  verdict: Verdict;
  status: ActionStatus;
  outcome: Outcome;
};
/** Replaces the fields that our readers guarantee by their exact types. */
type Exact<T> = { [K in keyof T as K extends keyof Words ? never : K]: T[K] } & {
  [K in keyof T & keyof Words]-?: Words[K];
};

export type PipelineStarted = Exact<Wire<started.PipelineStarted, started.PipelineStartedJson>>;
export type PipelineFinished = Exact<Wire<finished.PipelineFinished, finished.PipelineFinishedJson>>;
export type PipelineFailed = Exact<Wire<failed.PipelineFailed, failed.PipelineFailedJson>>;
/** A value that survives JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** A proposed or decided action with its parameters; durations as text with a unit, e.g. `5s`. */
export type Action = { type: ActionType; parameters: { [name: string]: Json } };
export type Evidence = Wire<diagnosis.Evidence, diagnosis.EvidenceJson>;
/** What stands in a log around the evidence. */
export type Excerpt = Wire<diagnosis.Excerpt, diagnosis.ExcerptJson>;
/** Lines of a log that follow each other. */
export type Passage = Wire<diagnosis.Passage, diagnosis.PassageJson>;
/** Another cause; `action`, `says` and `whyNot` are not in what older versions recorded. */
export type Alternative = {
  cause: Cause;
  confidence: number;
  decidedBy: string;
  action?: ActionType;
  says?: string;
  whyNot?: string;
};
type WithAction<T> = Omit<T, 'action'> & { action: Action };
/** `excerpts`: readers always have them, writers need not. */
export type DiagnosisMade = Omit<
  WithAction<Exact<Wire<diagnosis.DiagnosisMade, diagnosis.DiagnosisMadeJson>>>,
  'alternatives' | 'excerpts'
> & { alternatives: Alternative[]; excerpts?: Excerpt[] };
export type Reason = Wire<action.Reason, action.ReasonJson>;
export type ActionScheduled = WithAction<Exact<Wire<action.ActionScheduled, action.ActionScheduledJson>>>;
export type ActionRequested = WithAction<Exact<Wire<action.ActionRequested, action.ActionRequestedJson>>>;
type WithActionType<T> = Omit<T, 'action'> & { action: ActionType };
export type ActionApproved = WithActionType<Exact<Wire<action.ActionApproved, action.ActionApprovedJson>>>;
export type ActionExecuted = WithAction<Exact<Wire<action.ActionExecuted, action.ActionExecutedJson>>>;
export type BreakerClosed = WithActionType<Exact<Wire<action.BreakerClosed, action.BreakerClosedJson>>>;
export type OutcomeObserved = WithActionType<Exact<Wire<learning.OutcomeObserved, learning.OutcomeObservedJson>>>;
export type ConfidenceUpdated = WithActionType<Exact<Wire<learning.ConfidenceUpdated, learning.ConfidenceUpdatedJson>>>;
/** Whether a rule's action is done or only recommended. */
export type Standing = Named<learning.Standing_ValueJson>;
/** A rule's action was demoted to recommending, or promoted again. */
export type StandingChanged = Omit<
  WithActionType<Exact<Wire<learning.StandingChanged, learning.StandingChangedJson>>>,
  'standing' | 'at'
> & { standing: Standing; at: string };
export type Series = Omit<Wire<anomaly.Series, anomaly.SeriesJson>, 'kind'> & { kind: SeriesKind };
export type AnomalyDetected = Omit<Exact<Wire<anomaly.AnomalyDetected, anomaly.AnomalyDetectedJson>>, 'series'> & {
  series: Series;
};
export type DebtChanged = Wire<debt.DebtChanged, debt.DebtChangedJson>;
export type QuarantineChanged = Omit<
  Wire<quarantine.QuarantineChanged, quarantine.QuarantineChangedJson>,
  'change' | 'expiresAt' | 'at'
> & { change: QuarantineChange; expiresAt: string; at: string };
export type WatchEnded = Omit<Exact<Wire<watch.WatchEnded, watch.WatchEndedJson>>, 'result'> & { result: WatchResult };
export type DependencyChanged = Omit<
  Wire<dependency.DependencyChanged, dependency.DependencyChangedJson>,
  'state' | 'since' | 'before'
> & { state: DependencyState; since: string; before: dependency.DependencyState_ValueJson };

/** What happened in a time, for people. */
export type DigestMade = Omit<Wire<digest.DigestMade, digest.DigestMadeJson>, 'from' | 'to'> & {
  from: string;
  to: string;
};

/** How many tests a report has, by how they went. */
export type TestTotals = Wire<tests.TestTotals, tests.TestTotalsJson>;
/** A test that did not simply pass. */
export type TestOutcome = Omit<Wire<tests.TestOutcome, tests.TestOutcomeJson>, 'status'> & { status: TestStatus };
/** Tests that passed and belong together. */
export type PassedTests = Wire<tests.PassedTests, tests.PassedTestsJson>;
/** A test report of one job of a run, or a part of it. */
export type TestsReported = Omit<
  Exact<Wire<tests.TestsReported, tests.TestsReportedJson>>,
  'totals' | 'notable' | 'passed'
> & { totals: TestTotals; notable: TestOutcome[]; passed: PassedTests[] };
/** What is known of a test that fails now and then. */
export type FlakinessUpdated = Omit<Wire<flakiness.FlakinessUpdated, flakiness.FlakinessUpdatedJson>, 'updatedAt'> & {
  updatedAt: string;
};

/** Every subject and what it carries. */
export interface Events {
  'pipeline.started': PipelineStarted;
  'pipeline.finished': PipelineFinished;
  'pipeline.failed': PipelineFailed;
  'anomaly.detected': AnomalyDetected;
  'diagnosis.made': DiagnosisMade;
  'action.scheduled': ActionScheduled;
  'action.requested': ActionRequested;
  'action.approved': ActionApproved;
  'action.executed': ActionExecuted;
  'breaker.closed': BreakerClosed;
  'outcome.observed': OutcomeObserved;
  'confidence.updated': ConfidenceUpdated;
  'standing.changed': StandingChanged;
  'debt.changed': DebtChanged;
  'quarantine.changed': QuarantineChanged;
  'watch.ended': WatchEnded;
  'dependency.changed': DependencyChanged;
  'tests.reported': TestsReported;
  'flakiness.updated': FlakinessUpdated;
  'digest.made': DigestMade;
}

/** A subject of the bus, which is also the kind of event on it. */
export type Subject = keyof Events;

/** The message that each subject carries. */
export const SCHEMAS: { readonly [S in Subject]: DescMessage } = {
  'pipeline.started': started.PipelineStartedSchema,
  'pipeline.finished': finished.PipelineFinishedSchema,
  'pipeline.failed': failed.PipelineFailedSchema,
  'anomaly.detected': anomaly.AnomalyDetectedSchema,
  'diagnosis.made': diagnosis.DiagnosisMadeSchema,
  'action.scheduled': action.ActionScheduledSchema,
  'action.requested': action.ActionRequestedSchema,
  'action.approved': action.ActionApprovedSchema,
  'action.executed': action.ActionExecutedSchema,
  'breaker.closed': action.BreakerClosedSchema,
  'outcome.observed': learning.OutcomeObservedSchema,
  'confidence.updated': learning.ConfidenceUpdatedSchema,
  'standing.changed': learning.StandingChangedSchema,
  'debt.changed': debt.DebtChangedSchema,
  'quarantine.changed': quarantine.QuarantineChangedSchema,
  'watch.ended': watch.WatchEndedSchema,
  'dependency.changed': dependency.DependencyChangedSchema,
  'tests.reported': tests.TestsReportedSchema,
  'flakiness.updated': flakiness.FlakinessUpdatedSchema,
  'digest.made': digest.DigestMadeSchema,
};

export const SUBJECTS = Object.keys(SCHEMAS) as Subject[];

/** Says whether `text` is one of our subjects. */
export function isSubject(text: string): text is Subject {
  return Object.hasOwn(SCHEMAS, text);
}
