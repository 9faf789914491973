import type { RuleSet } from './rule-set.ts';

/** The part of a cleaned line that a rule is about; undefined: no pattern of it matches there, or there is no such rule. */
export function matchedPart(set: RuleSet, ruleId: string, text: string): string | undefined {
  for (const { rule, pattern } of set.linePatterns) {
    if (rule.id !== ruleId) continue;
    const part = pattern.find(text)?.trim();
    if (part !== undefined && part !== '') return part;
  }
  return undefined;
}
