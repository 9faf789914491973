import { matchRules } from '../match-rules.ts';
import { compilePattern } from '../pattern.ts';
import type { RuleSet } from '../rule-set.ts';
import type { Rule } from '../schema.ts';
import type { Note } from './finding.ts';
import { BLAND_LINES, GREEN_LINES } from './green-lines.ts';

/** Of each rule that is too general, a line that its patterns match although they should not. */
export function generalitiesOf(set: RuleSet): ReadonlyMap<Rule, readonly Note[]> {
  const green = firstMatches(set, GREEN_LINES);
  const bland = firstMatches(set, BLAND_LINES);
  const rules = new Set([...green.keys(), ...bland.keys()]);
  return new Map(
    [...rules].map((rule) => {
      const greenLine = green.get(rule);
      const line = greenLine ?? bland.get(rule) ?? '';
      return [rule, [noteOf(rule, line, greenLine !== undefined)]];
    }),
  );
}

/** By rule the first of the lines that it matches. */
function firstMatches(set: RuleSet, texts: readonly string[]): Map<Rule, string> {
  const matches = matchRules(set, { lines: texts.map((text, index) => ({ line: index + 1, text })), metrics: {} });
  return new Map(matches.flatMap(({ rule, lines: [first] }) => (first === undefined ? [] : [[rule, first.text]])));
}

function noteOf({ match }: Rule, line: string, isGreen: boolean): Note {
  const index = match.log.findIndex((pattern) => compilePattern(pattern).test(line));
  const expected = isGreen ? 'that stays silent on green logs' : 'that says what failed';
  return {
    at: ['match', 'log', index],
    severity: isGreen ? 'problem' : 'warning',
    check: 'too-general',
    says: `expected a pattern ${expected}, found one that matches ${JSON.stringify(line)}`,
  };
}
