import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError, messageOf } from '@prunella/core';
import { builtinPacks, compileRules, parseRulePack, type RulePack, type RuleSet } from '@prunella/rules';
import type { Context } from '../context.ts';

/** Where the diagnoser looks for the user's own rules when nothing is said. */
const USUAL_FOLDER = 'prunella-rules';

/**
 * The rules that the diagnoser would use: the built-in ones and the user's own from PRUNELLA_RULES_DIR, else
 * `./prunella-rules` where it exists.
 *
 * @throws ConfigError when PRUNELLA_RULES_DIR can't be read, RulePackError naming what is wrong in a file.
 */
export async function usualRules(context: Pick<Context, 'env' | 'cwd'>): Promise<RuleSet> {
  return compileRules([...builtinPacks(), ...(await ownPacks(context))]);
}

async function ownPacks({ env, cwd }: Pick<Context, 'env' | 'cwd'>): Promise<RulePack[]> {
  const asked = env['PRUNELLA_RULES_DIR'];
  const folder = resolve(cwd, asked || USUAL_FOLDER);
  const names = await readdir(folder).catch((error: unknown) => {
    if (!asked) return [];
    throw new ConfigError(`PRUNELLA_RULES_DIR: expected a folder with *.yaml, found ${asked}: ${messageOf(error)}`);
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  return await Promise.all(
    files.map(async (name) => parseRulePack(join(folder, name), await readFile(join(folder, name), 'utf8'))),
  );
}
