export { type ActionTally, type HealingAction, putHealingActions, tallyActions } from './actions.ts';
export { addObservations, listConfidence, lockConfidence, type Observation, putConfidence } from './confidence.ts';
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
export { kindOf, translated } from './errors.ts';
export { eventsOfIncidents, insertEvents, keepEvents, laterRunsOfPipeline } from './events.ts';
export { incidentIdsIn, outcomesOf, quarantineChanges } from './history.ts';
export {
  countOpen,
  INCIDENT_CHANNEL,
  type IncidentFilter,
  type IncidentPosition,
  type IncidentWrite,
  incidentsById,
  incidentsChangedSince,
  listIncidents,
  putIncidents,
  type Unsettled,
  unsettledOfPipelines,
  unsettledSince,
} from './incidents.ts';
export { storable } from './json.ts';
export { type Listener, listen } from './listen.ts';
export { lock, tryLock } from './locks.ts';
export { deleteOutbox, type OutboxWrite, putOutbox, takeOutbox } from './outbox.ts';
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
export {
  addOutcomeTallies,
  deleteIncidents,
  incidentsOpenedBefore,
  listOutcomeTallies,
  type OutcomeTally,
} from './retention.ts';
export { type ReturnedFailure, returnedFailures } from './returns.ts';
export { Store, type StoreOptions, type Transaction } from './store.ts';
export { ConfidenceRow } from './tables/confidence.ts';
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
