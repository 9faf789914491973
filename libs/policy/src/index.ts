export { type AlternativePath, proposed } from './alternative.ts';
export { type AnomalySettings, isMainBranch, looksAt } from './anomalies.ts';
export {
  type Answer,
  type ApprovalRule,
  type Approvers,
  anybody,
  approversFor,
  approversText,
  mayAnswer,
  type Tally,
  tally,
} from './approval.ts';
export type { BackfillSettings } from './backfill.ts';
export { type Backoff, backoffDelayMs, isSpaced, MAX_DELAY_MS } from './backoff.ts';
export {
  afterOutcome,
  askBreaker,
  type Breaker,
  type BreakerWord,
  closeBreaker,
  closedBreaker,
  type KeptBreaker,
} from './breaker.ts';
export { type Expense, type Limit, type Spending, spend } from './budget.ts';
export { checkMode } from './checks.ts';
export { type Cost, type CostSettings, costOf } from './costs.ts';
export { type Decision, decide, type Facts } from './decide.ts';
export { addressOf, type Dependency } from './dependency.ts';
export { isNamedIn, linesAgainst, type NamingLine } from './dependency-names.ts';
export {
  afterMention,
  afterProbe,
  afterTimedProbe,
  type DependencyRecord,
  type LastProbe,
  type Mention,
  type Standing,
  type StandingChange,
  standingOf,
  told,
} from './dependency-state.ts';
export { digestDue } from './digest-times.ts';
export { globMatches } from './glob.ts';
export { KubernetesSettings } from './kubernetes.ts';
export type { LearningSettings } from './learning.ts';
export { logQuery } from './logql.ts';
export type { Case } from './match.ts';
export { type Measurement, type MeasurementSettings, measurementsFor } from './measurements.ts';
export {
  type Breach,
  type CheckTarget,
  judged,
  MetricCheck,
  questionsOf,
  type Sample,
  type SeriesAbout,
  type SeriesState,
} from './metric-check.ts';
export { type Owned, type Owners, ownerBy, ownerOfTest } from './owners.ts';
export { defaultPolicy, parsePolicy, policyFile, policyLines } from './parse-policy.ts';
export { type Notifiable, type PipelineEntry, type Policy, policyJsonSchema } from './policy.ts';
export { PolicyError, type PolicyProblem } from './policy-error.ts';
export { type Intent, type NeededDependency, neededBy, type PreflightAnswer, preflight } from './preflight.ts';
export type { QuarantineSettings } from './quarantine.ts';
export { afterRerun, type LearntWait, learntWait, noRecovery, type Recovery } from './recovery.ts';
export { byHand, byHandDependsOn, type DigestSettings, type ReportSettings } from './reports.ts';
export { isRerun } from './reruns.ts';
export { type Setting, type Settings, settingsFor } from './settings.ts';
export { afterFailure, afterTrial, askStorm, noStorm, type Storm, type StormWord } from './storm.ts';
export { mayBeTestReport, type TestSettings } from './tests.ts';
export {
  type Check,
  checkOf,
  coveringWatch,
  ERROR_RATIO,
  lookFor,
  percent,
  verdictOf,
  type Watch,
  type WatchVerdict,
  watchFor,
  workloadOf,
} from './watch.ts';
export type { PolicyPath, PolicySection, PolicySentence } from './words/phrases.ts';
export { policyInWords } from './words/policy-in-words.ts';
