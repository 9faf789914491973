export { type BacktestOptions, backtest, type NamedPolicy, OutOfOrderError } from './backtest.ts';
export { type CaseReport, type Judged, type Result, results } from './judged.ts';
export type { Truth } from './past-case.ts';
export { isPastSubject, type PastEvent, type PastSubject, pastSubjects } from './past-event.ts';
export { reachOf } from './reach.ts';
export type { BacktestReport, PolicyReport } from './report.ts';
export { LOOP_AFTER, type NamedTally, OTHERS, type Tally } from './tally.ts';
