import { PrunellaError } from '@prunella/core';

/** One thing that is wrong in a pack of rules. */
export interface RuleProblem {
  /** Counts from 1 in the pack's text. */
  line: number;
  /** Counts from 1 in the line. */
  column: number;
  /** Where in the document, e.g. `rules[3].action.type`; empty: the document itself. */
  path: string;
  /** The rule it is about; undefined: none, or one whose id can't be read. */
  ruleId?: string;
  /** What was expected and what was found. */
  says: string;
  /** The name that was probably meant, for an unknown key or word. */
  nearest?: string;
}

/** Whoever has more to mend asks again: to find the place of each takes as long as the text is. */
export const MOST_PROBLEMS = 100;

/** A pack of rules can't be used; names what is wrong with it. */
export class RulePackError extends PrunellaError {
  override readonly name = 'RulePackError';

  constructor(
    /** The pack, as the caller calls it. */
    readonly pack: string,
    /** In the order of the text, at least one. */
    readonly problems: readonly RuleProblem[],
  ) {
    super(problems.map((problem) => describeProblem(pack, problem)).join('\n'));
  }

  /** @param problems in any order. */
  static of(pack: string, problems: readonly RuleProblem[]): RulePackError {
    return new RulePackError(
      pack,
      problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
    );
  }
}

/** `mine.yaml:8:17: rules[0].confidence (rule boom): expected at most 1, found 80` */
export function describeProblem(pack: string, problem: RuleProblem): string {
  const { line, column, path, ruleId, says, nearest } = problem;
  const rule = ruleId === undefined ? '' : ` (rule ${ruleId})`;
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return `${pack}:${line}:${column}: ${path === '' ? '' : `${path}${rule}: `}${says}${hint}`;
}
