import type { Cause } from '@prunella/contracts';
import { type PlacedRule, packsInUse, RulePackError } from '@prunella/rules';
import type { Context } from '../context.ts';
import { bareTable } from '../table.ts';
import { counted } from './counted.ts';
import { readPacks } from './packs.ts';

interface ListOptions {
  cause?: Cause;
  json?: true;
}

/** `prunella rules list`: the rules in use, in the order of their packs. */
export async function list(context: Context, { cause, json }: ListOptions): Promise<void> {
  const { builtin, own } = await readPacks(context, []);
  const { rules, refused } = packsInUse(builtin, own);
  const [first] = refused;
  if (first !== undefined) throw new RulePackError(first.pack, first.problems);
  const inUse = rules.filter(
    (placed) => placed.replacedBy === undefined && placed.rule.cause === (cause ?? placed.rule.cause),
  );
  const described = inUse.map((placed) => describe(placed, rules));
  if (json) return context.out(JSON.stringify(described, null, 2));
  const table = bareTable(['rule', 'cause', 'action', 'confidence', 'pack', 'replaces']);
  for (const rule of described) {
    table.push([rule.id, rule.cause, rule.action, rule.confidence.toFixed(2), rule.pack, rule.replaces ?? '']);
  }
  if (described.length > 0) context.out(table.toString());
  context.out(context.colors.dim(counted(described.length, 'rule')));
}

/** A rule for scripts. `replaces`: the pack whose rule of the same id it overrides; null: none. */
function describe(placed: PlacedRule, all: readonly PlacedRule[]) {
  const { rule, pack, builtin } = placed;
  const { id, cause, says, confidence, transient, action } = rule;
  const replaced = all.findLast(({ replacedBy }) => replacedBy === placed);
  const replaces = replaced?.pack ?? null;
  return { id, cause, says, action: action.type, confidence, transient, pack, builtin, replaces };
}
