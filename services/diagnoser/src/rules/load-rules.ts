import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, messageOf } from '@prunella/core';
import { builtinPacks, compileRules, parseRulePack, type RulePack, type RuleSet } from '@prunella/rules';

/** Where the user's own rules are looked for when nothing is said. */
export const USUAL_FOLDER = 'prunella-rules';

/**
 * The built-in rules, then the user's own (`*.yaml`, `*.yml` in the order of their names): one with the id of a built-in rule
 * replaces it.
 *
 * @param folder undefined: `./prunella-rules`, where it exists.
 * @throws RulePackError naming each problem in a pack, ConfigError when the named folder can't be read.
 */
export function loadRules(folder: string | undefined): RuleSet {
  return compileRules([...builtinPacks(), ...userPacks(folder)]);
}

function userPacks(folder: string | undefined): RulePack[] {
  if (folder === undefined && !existsSync(USUAL_FOLDER)) return [];
  const place = folder ?? USUAL_FOLDER;
  return filesOf(place).map((file) => parseRulePack(file, readFileSync(file, 'utf8')));
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    throw new ConfigError(`PRUNELLA_RULES_DIR: expected a folder with *.yaml, found ${folder}: ${messageOf(error)}`);
  }
}
