export { type ActionTally, type DayTally, tallyActions, tallyDays } from './actions.ts';
export {
  cancelBacktest,
  type FoundBacktest,
  findBacktest,
  forgetBacktests,
  type KeptBacktest,
  keepBacktest,
  listBacktests,
} from './backtests.ts';
export { type ApiChange, listChanges, noteChange, noteChangeEnded, type RecordedChange } from './changes.ts';
export {
  addObservations,
  type ConfidenceKey,
  findConfidence,
  forgetObservations,
  listConfidence,
  lockConfidence,
  lockLearning,
  type Observation,
  putBeliefs,
  replaceObservations,
  type WeighedOutcomes,
  weighedOutcomes,
} from './confidence.ts';
export {
  type ActionPlace,
  failuresNear,
  type NearFailure,
  newestActions,
  newestFailures,
  type PlacedAction,
  type PlacedFailure,
} from './correlation.ts';
export { type CostKey, type CostTally, costKeys, tallyCosts } from './costs.ts';
export {
  type CoverageCount,
  countCoverage,
  EVER,
  type OpenedRange,
  type UnknownCluster,
  type UnknownSample,
  unknownClusters,
  unknownSamples,
} from './coverage.ts';
export type { StoreOptions } from './data-source.ts';
export {
  type Debt,
  type DebtEntry,
  type DebtFilter,
  type DebtPosition,
  debtIds,
  listDebts,
  putDebtEntries,
  sumUpDebts,
} from './debts.ts';
export { type Decision, putDecisions, tallyNotDone } from './decisions.ts';
export { type DependencyChange, dependencyChanges } from './dependencies.ts';
export { kindOf, translated } from './errors.ts';
export {
  eventIds,
  eventsOfIncidents,
  insertEvents,
  keepEvents,
  laterRunsOfPipeline,
} from './events.ts';
export {
  type Apart,
  countIncidents,
  type Healing,
  type HealingRange,
  type HealTimes,
  healTimes,
  putHealings,
  type RepeatedHeal,
  repeatedHeals,
  tallyWorth,
  type WorthTally,
} from './healings.ts';
export { type StoreHealth, storeHealth } from './health.ts';
export { type HistoryItem, type HistoryPosition, history } from './history.ts';
export {
  countOpen,
  INCIDENT_CHANNEL,
  type IncidentFilter,
  type IncidentPosition,
  type IncidentWrite,
  incidentsById,
  incidentsChangedSince,
  knownIncidents,
  listIncidents,
  putIncidents,
  type Unsettled,
  unsettledOfPipelines,
  unsettledSince,
} from './incidents.ts';
export { type Join, type JoinedIncident, joinedInto, joinedSince, joinsOf, moveJoined, putJoins } from './joins.ts';
export { storable } from './json.ts';
export { type Listener, listen } from './listen.ts';
export { lock, tryLock } from './locks.ts';
export { healingsOfEvents } from './migrations/1796200000000-healings.ts';
export { decisionsOfEvents } from './migrations/1796410000000-decisions.ts';
export { confidenceOfEvents } from './migrations/1796412000000-healing-confidence.ts';
export { BEFORE_PARTITIONS } from './migrations/before-partitions.ts';
export { countOutbox, deleteOutbox, isOutboxEmpty, type OutboxWrite, putOutbox, takeOutbox } from './outbox.ts';
export { deleteStrays, dropPartitions, isLasting, type Kept, makePartitions, partitionsOf } from './partitions.ts';
export {
  addResults,
  forgetResults,
  listQuarantine,
  overdueQuarantine,
  putQuarantine,
  type QuarantineFilter,
  quarantineById,
  type ReportedResult,
  resultsOf,
} from './quarantine.ts';
export { type StatedTally, tallyStated } from './reliability.ts';
export { incidentIdsIn, quarantineChanges } from './replay.ts';
export { deleteIncidents, incidentsOpenedBefore } from './retention.ts';
export { type ReturnedFailure, returnedFailures } from './returns.ts';
export { type Likeness, type SimilarIncident, similarIncidents } from './similar.ts';
export {
  listStandingChanges,
  putStandingChanges,
  type StandingPosition,
  type StandingRecord,
} from './standings.ts';
export { Store, type Transaction } from './store.ts';
export { ConfidenceRow, type StandingEntry } from './tables/confidence.ts';
export { type EventRecord, EventRow } from './tables/event.ts';
export { IncidentRow } from './tables/incident.ts';
export { OutboxRow } from './tables/outbox.ts';
export { type QuarantineEntry, QuarantineRow } from './tables/quarantine.ts';
export {
  countTests,
  forgetTests,
  listTests,
  passesOf,
  putTestReport,
  putTests,
  putVerdicts,
  type StoredTest,
  type TestFilter,
  type TestPass,
  type TestRecord,
  type TestReport,
  type TestVerdict,
  testsById,
  testsWithFailuresBefore,
} from './tests.ts';
export { type DiagnosedFailure, diagnosedFailures } from './training.ts';
export { type ArmTally, tallyArms } from './uplift.ts';
