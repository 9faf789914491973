import { builtinPacks, compileRules, parseRulePack, type RuleSet } from '@prunella/rules';
import type { Context } from '../context.ts';
import { ownPacks } from '../rules/own-packs.ts';

/**
 * The rules that the diagnoser would use: the built-in ones and the user's own.
 *
 * @throws ConfigError when PRUNELLA_RULES_DIR can't be read, RulePackError naming what is wrong in a file.
 */
export async function usualRules(context: Pick<Context, 'env' | 'cwd'>): Promise<RuleSet> {
  const own = await ownPacks(context);
  return compileRules([...builtinPacks(), ...own.map(({ name, yaml }) => parseRulePack(name, yaml))]);
}
