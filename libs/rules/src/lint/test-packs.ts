import type { PackText } from '../builtin.ts';
import { problemAt } from '../pack-source.ts';
import type { RuleProblem } from '../rule-pack-error.ts';
import { packsInUse } from './packs-in-use.ts';
import { describeExample, tryExamples } from './try-examples.ts';

/** One example of a rule in use, where it stands and what became of it. */
export interface TestedExample extends RuleProblem {
  pack: string;
  ruleId: string;
  passed: boolean;
}

/** What the examples of some packs came to. */
export interface TestReport {
  /** In the order of the packs and their rules; without those of rules that are replaced. */
  examples: readonly TestedExample[];
  /** What keeps packs from being read: none of their examples was tried. */
  refused: readonly { pack: string; problems: readonly RuleProblem[] }[];
}

/** Shows the examples of all rules in use to all rules in use: a `match` one has to be won by its own rule. */
export function testPacks(builtin: readonly PackText[], own: readonly PackText[]): TestReport {
  const { rules, set, refused } = packsInUse(builtin, own);
  const examples = rules
    .filter(({ replacedBy }) => replacedBy === undefined)
    .flatMap(({ rule, pack, source, index }) =>
      tryExamples(set, rule).map((result) => {
        const path = ['rules', index, 'examples', result.kind, result.index];
        const { passed } = result;
        return { ...problemAt(source, path, describeExample(rule.id, result)), pack, ruleId: rule.id, passed };
      }),
    );
  return { examples, refused };
}
