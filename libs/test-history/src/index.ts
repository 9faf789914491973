export { type FailureRate, type Judgement, judge, type Streak, type TestState, testStates } from './history/judge.ts';
export { CROWD, MOST_KEPT, merge, type Observation } from './history/observation.ts';
export { JunitError } from './junit/junit-error.ts';
export { JUNIT_LIMITS, type JunitLimits, type JunitReport, readJunit } from './junit/read-junit.ts';
export { isNamed, testNameIn } from './name-in-line.ts';
export { reportOfPlatform } from './platform-tests.ts';
export { type ReportEvent, type ReportedRun, type ReportedTest, reportEvents, testsIn } from './report-events.ts';
export { scopeId, type TestScope, testId } from './test-id.ts';
export type { TestName, TestResult } from './test-result.ts';
