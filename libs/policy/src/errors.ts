import { PrunellaError } from '@prunella/core';

/** The policy file is wrong. The message names line, path, what was expected and what to do. */
export class PolicyError extends PrunellaError {
  override readonly name = 'PolicyError';

  constructor(
    /** Line in the file, from 1; undefined: the file as a whole. */
    readonly line: number | undefined,
    /** Path of the setting, e.g. `pipelines[0].mode`. */
    readonly path: string,
    problem: string,
  ) {
    super(`${line === undefined ? '' : `line ${line}: `}${path === '' ? '' : `${path}: `}${problem}`);
  }
}
