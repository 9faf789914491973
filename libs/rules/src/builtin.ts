import { BUILTIN_PACKS } from './gen/builtin.ts';
import { parseRulePack, type RulePack } from './parse-pack.ts';

/** A pack of rules as it stands in its file. */
export interface PackText {
  /** How messages call it, usually the file's name. */
  name: string;
  yaml: string;
}

/** The files of the built-in rules, `libs/rules/builtin`, in the order of their names. */
export function builtinPackTexts(): PackText[] {
  return BUILTIN_PACKS.map(([name, yaml]) => ({ name, yaml }));
}

/** The rules that come with Prunella, one pack for each file of `libs/rules/builtin`, in the order of their names. */
export function builtinPacks(): RulePack[] {
  return builtinPackTexts().map(({ name, yaml }) => parseRulePack(name, yaml));
}
