import type { TestStatus } from '@prunella/contracts';

/** What tells a test from the others of a report. */
export interface TestName {
  /** What its runner groups it under: class, module, package, file. */
  classname: string;
  name: string;
  /** Path as the runner writes it; empty: it does not say. */
  file: string;
}

/** How a test went, as one report says it. */
export interface TestResult extends TestName {
  /** Suites around it, outermost first, joined by ` > `. */
  suite: string;
  status: TestStatus;
  /** Whole milliseconds; 0 where the report does not say. */
  durationMs: number;
  /** What the report says about a failure, bounded and redacted; empty for a test that passed. */
  message: string;
}
