import { BUILTIN_CONTENTS, BUILTIN_PACKS } from './gen/builtin.ts';
import type { RulePack } from './parse-pack.ts';
import { PackSchema } from './schema.ts';

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

/**
 * The rules that come with Prunella, one pack for each file of `libs/rules/builtin`, in the order of their names. Their
 * patterns are not checked again: the specs of this library read every file as a user's.
 */
export function builtinPacks(): RulePack[] {
  return BUILTIN_CONTENTS.map(([name, json]) => ({ name, rules: PackSchema.parse(JSON.parse(json)).rules }));
}
