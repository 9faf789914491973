import type { RuleMatch } from '@prunella/rules';
import type { Candidate } from './candidate.ts';

/** What a rule that applies says, as sure as it is by itself. */
export function candidateOf({ rule, action, lines, count }: RuleMatch): Candidate {
  return {
    cause: rule.cause,
    action,
    decidedBy: `rule:${rule.id}`,
    says: rule.says,
    transient: rule.transient,
    prior: rule.confidence,
    confidence: rule.confidence,
    lines,
    count,
    notes: [],
  };
}
