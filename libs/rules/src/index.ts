export { builtinPacks, builtinPackTexts, type PackText } from './builtin.ts';
export { type ClusterOfFailures, draftRequestOf, MOST_DRAFT_SAMPLES } from './draft/draft-cluster.ts';
export { type Draft, type DraftRequest, draftRule, type Sample, suggestCause } from './draft/draft-rule.ts';
export { takenIds } from './draft/taken-ids.ts';
export type { LintFinding, Severity } from './lint/finding.ts';
export { lintPacks } from './lint/lint-packs.ts';
export { type PacksInUse, type PlacedRule, packsInUse } from './lint/packs-in-use.ts';
export { type TestedExample, type TestReport, testPacks } from './lint/test-packs.ts';
export { describeExample, type ExampleResult, tryExamples } from './lint/try-examples.ts';
export {
  type JobLine,
  type Matchable,
  type MatchedLine,
  matchRules,
  type ReportedError,
  type RuleMatch,
} from './match-rules.ts';
export { matchedPart } from './matched-part.ts';
export { parseRulePack, type RulePack } from './parse-pack.ts';
export { describeProblem, RulePackError, type RuleProblem } from './rule-pack-error.ts';
export { compileRules, type LinePattern, type RuleSet } from './rule-set.ts';
export type { LogMarker, LogScan, LogScanner, RuleHits, ScannedLog } from './scan/scanned-log.ts';
export { createScanner } from './scan/scanner.ts';
export type { Example, Rule } from './schema.ts';
