import { literalsOf } from './literals.ts';
import type { RulePack } from './parse-pack.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { ahoCorasick, type MakePrefilter, type Prefilter } from './prefilter.ts';
import type { Rule } from './schema.ts';

/** Rules that are ready to match. Made once, used for every log; holds no state between calls. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  /** The patterns for lines; the prefilter knows them by their place here. */
  readonly linePatterns: readonly { rule: Rule; pattern: Pattern; exclude: readonly Pattern[] }[];
  readonly typePatterns: readonly { rule: Rule; pattern: Pattern }[];
  readonly prefilter: Prefilter;
}

/**
 * Compiles packs. A rule with the id of an earlier one replaces it, so that a user's pack after the built-in ones can
 * change any of them.
 *
 * @param makePrefilter default: Aho-Corasick in JavaScript.
 */
export function compileRules(packs: readonly RulePack[], makePrefilter: MakePrefilter = ahoCorasick): RuleSet {
  const rules = [...new Map(packs.flatMap((pack) => pack.rules).map((rule) => [rule.id, rule])).values()];
  const sources = rules.flatMap((rule) => {
    const exclude = rule.exclude.map(compilePattern);
    return rule.match.log.map((source) => ({ rule, source, exclude }));
  });
  return {
    rules,
    linePatterns: sources.map(({ rule, source, exclude }) => ({ rule, pattern: compilePattern(source), exclude })),
    typePatterns: rules.flatMap((rule) =>
      rule.match.error_type.map((source) => ({ rule, pattern: compilePattern(source) })),
    ),
    prefilter: makePrefilter(sources.map(({ source }) => literalsOf(source) ?? [])),
  };
}
