import type { RulePack } from './parse-pack.ts';
import { lazyPattern, type Pattern } from './pattern.ts';
import { MARKER_LITERALS } from './scan/markers.ts';
import { PatternIndex } from './scan/pattern-index.ts';
import type { Rule } from './schema.ts';

/** A pattern for lines. */
export interface LinePattern {
  rule: Rule;
  /** The rule's place in its set. */
  ruleNumber: number;
  pattern: Pattern;
  exclude: readonly Pattern[];
}

/** Rules that are ready to match. Made once, used for every log; holds no state between calls. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  /** The index knows them by their place here. */
  readonly linePatterns: readonly LinePattern[];
  readonly typePatterns: readonly { rule: Rule; pattern: Pattern }[];
  /** Tells which line patterns are worth trying; finds the marks of CI systems, too. */
  readonly index: PatternIndex;
}

/**
 * Compiles packs. A rule with the id of an earlier one replaces it, so that a user's pack after the built-in ones can
 * change any of them.
 */
export function compileRules(packs: readonly RulePack[]): RuleSet {
  const rules = [...new Map(packs.flatMap((pack) => pack.rules).map((rule) => [rule.id, rule])).values()];
  const sources = rules.flatMap((rule, ruleNumber) => {
    const exclude = rule.exclude.map(lazyPattern);
    return rule.match.log.map((source) => ({ rule, ruleNumber, source, exclude }));
  });
  return {
    rules,
    linePatterns: sources.map(({ source, ...entry }) => ({ ...entry, pattern: lazyPattern(source) })),
    typePatterns: rules.flatMap((rule) =>
      rule.match.error_type.map((source) => ({ rule, pattern: lazyPattern(source) })),
    ),
    index: new PatternIndex(
      sources.map(({ source }) => source),
      MARKER_LITERALS,
    ),
  };
}

/** A test's title may name any failure; the mark before it says that it passed. */
const REPORTS_SUCCESS = /^\s*(?:[✓✔√] |ok \d|--- PASS: |PASS(?:ED)?\b)/;

/** Whether a cleaned line counts for the rule of the pattern. */
export function applies({ pattern, exclude }: LinePattern, text: string): boolean {
  return pattern.test(text) && !exclude.some((other) => other.test(text)) && !REPORTS_SUCCESS.test(text);
}
