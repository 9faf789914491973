export { builtinPacks } from './builtin.ts';
export {
  type JobLine,
  type Matchable,
  type MatchedLine,
  matchRules,
  type ReportedError,
  type RuleMatch,
} from './match-rules.ts';
export { parseRulePack, type RulePack } from './parse-pack.ts';
export { ahoCorasick, type MakePrefilter, type Prefilter } from './prefilter.ts';
export { RulePackError, type RuleProblem } from './rule-pack-error.ts';
export { compileRules, type RuleSet } from './rule-set.ts';
export type { Example, Rule } from './schema.ts';
