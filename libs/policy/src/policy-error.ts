import { PrunellaError } from '@prunella/core';

/** One thing that is wrong in a policy file. */
export interface PolicyProblem {
  /** Counts from 1; 1 when the text as a whole is wrong. */
  line: number;
  /** Where in the document, e.g. `pipelines[0].mode`; empty: the document itself. */
  path: string;
  /** What was expected and what was found. */
  says: string;
  /** The name that was probably meant, for an unknown key or word. */
  nearest?: string;
}

/** A policy can't be used; names what is wrong with it. */
export class PolicyError extends PrunellaError {
  override readonly name = 'PolicyError';

  constructor(
    /** The file, as it is called in messages. */
    readonly file: string,
    /** In the order of the file, at least one. */
    readonly problems: readonly PolicyProblem[],
  ) {
    super(problems.map((problem) => describeProblem(file, problem)).join('\n'));
  }
}

function describeProblem(file: string, { line, path, says, nearest }: PolicyProblem): string {
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return `${file}:${line}: ${path === '' ? '' : `${path}: `}${says}${hint}`;
}
