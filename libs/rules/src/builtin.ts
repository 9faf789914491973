import { BUILTIN_PACKS } from './gen/builtin.ts';
import { parseRulePack, type RulePack } from './parse-pack.ts';

/** The rules that come with Prunella, one pack for each file of `libs/rules/builtin`, in the order of their names. */
export function builtinPacks(): RulePack[] {
  return BUILTIN_PACKS.map(([name, yaml]) => parseRulePack(name, yaml));
}
