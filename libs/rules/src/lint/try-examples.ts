import { toLines } from '@prunella/signals';
import { matchRules } from '../match-rules.ts';
import type { RuleSet } from '../rule-set.ts';
import type { Example, Rule } from '../schema.ts';

/** What became of one example of a rule. */
export interface ExampleResult {
  kind: 'match' | 'no_match';
  /** Its place in its list, from 0. */
  index: number;
  example: Example;
  /** Ids of the rules that match it, best first. */
  matched: readonly string[];
  /** A `match` example is won by its rule, on a `no_match` example its rule says nothing. */
  passed: boolean;
}

/** Shows a rule's examples to all rules, as the diagnoser would. */
export function tryExamples(set: RuleSet, rule: Rule): ExampleResult[] {
  return (['match', 'no_match'] as const).flatMap((kind) =>
    rule.examples[kind].map((example, index) => {
      const matched = idsMatching(set, example);
      const passed = kind === 'match' ? matched[0] === rule.id : !matched.includes(rule.id);
      return { kind, index, example, matched, passed };
    }),
  );
}

/** What was expected of an example and what was found. */
export function describeExample(ruleId: string, { kind, example, matched, passed }: ExampleResult): string {
  const text = JSON.stringify(example);
  if (passed) return kind === 'match' ? `matches ${text}` : `says nothing on ${text}`;
  if (kind === 'no_match') return `expected ${ruleId} to say nothing on ${text}, found that it matches`;
  if (matched.length === 0) return `expected ${ruleId} to match ${text}, found no rule that does`;
  return matched.includes(ruleId)
    ? `expected ${ruleId} to win ${text}, found ${matched[0]} before it`
    : `expected ${ruleId} to match ${text}, found only ${matched.join(', ')}`;
}

function idsMatching(set: RuleSet, example: Example): string[] {
  const found =
    typeof example === 'string'
      ? matchRules(set, { lines: toLines(example), metrics: {} })
      : matchRules(set, { lines: [], error: { ...example, stack: '' }, metrics: {} });
  return found.map(({ rule }) => rule.id);
}
