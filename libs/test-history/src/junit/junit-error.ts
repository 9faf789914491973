import { PrunellaError } from '@prunella/core';

/** A text is no JUnit report, or one that is larger than we take: where, and what was expected. */
export class JunitError extends PrunellaError {
  override readonly name = 'JunitError';

  constructor(
    /** Counts from 1; 0: the report as a whole. */
    readonly line: number,
    /** `expected ..., found ...` */
    readonly problem: string,
    options: ErrorOptions = {},
  ) {
    super(line === 0 ? problem : `line ${line}: ${problem}`, options);
  }
}
