import type { PackText } from '../builtin.ts';
import { type PackSource, readPackSource } from '../pack-source.ts';
import { parseRulePack } from '../parse-pack.ts';
import { RulePackError, type RuleProblem } from '../rule-pack-error.ts';
import { compileRules, type RuleSet } from '../rule-set.ts';
import type { Rule } from '../schema.ts';

/** A rule and where it stands. */
export interface PlacedRule {
  rule: Rule;
  pack: string;
  builtin: boolean;
  source: PackSource;
  /** Its place in the pack, from 0. */
  index: number;
  /** The rule of a later pack that has its id and so replaces it; absent: it is in use. */
  replacedBy?: PlacedRule;
}

/** Packs read together, as far as they can be read. */
export interface PacksInUse {
  rules: readonly PlacedRule[];
  /** The rules in use, compiled. */
  set: RuleSet;
  /** What keeps packs from being read: of such a pack no rule is in use. */
  refused: readonly { pack: string; problems: readonly RuleProblem[] }[];
}

/** Reads the built-in packs and then the user's own, which replace rules by id. */
export function packsInUse(builtin: readonly PackText[], own: readonly PackText[]): PacksInUse {
  const rules: PlacedRule[] = [];
  const refused: { pack: string; problems: readonly RuleProblem[] }[] = [];
  for (const [text, isBuiltin] of [...builtin.map((pack) => [pack, true] as const), ...own.map(ownPack)]) {
    try {
      rules.push(...placed(text, isBuiltin));
    } catch (error) {
      if (!(error instanceof RulePackError)) throw error;
      refused.push({ pack: text.name, problems: error.problems });
    }
  }
  markReplaced(rules);
  const inUse = rules.filter(({ replacedBy }) => replacedBy === undefined).map(({ rule }) => rule);
  return { rules, set: compileRules([{ name: 'in use', rules: inUse }]), refused };
}

function ownPack(pack: PackText) {
  return [pack, false] as const;
}

function placed({ name, yaml }: PackText, builtin: boolean): PlacedRule[] {
  const { rules } = parseRulePack(name, yaml);
  const source = readPackSource(name, yaml);
  return rules.map((rule, index) => ({ rule, pack: name, builtin, source, index }));
}

function markReplaced(rules: readonly PlacedRule[]): void {
  const last = new Map(rules.map((placedRule) => [placedRule.rule.id, placedRule]));
  for (const each of rules) {
    const winner = last.get(each.rule.id);
    if (winner !== undefined && winner !== each) each.replacedBy = winner;
  }
}
