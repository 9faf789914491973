import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError, messageOf } from '@prunella/core';
import type { DiagnosisDeps } from '@prunella/diagnosis';
import { builtinModel, decodeModel, type Model } from '@prunella/model';
import { createScanner, type LogScanner } from '@prunella/rules';
import type { Context } from '../context.ts';
import { usualRules } from './rules.ts';

/** All that a diagnosis is made with; the same for every file. */
export type Brain = Required<Pick<DiagnosisDeps, 'rules' | 'model'>> & { scanner: LogScanner };

/**
 * What the diagnoser would use: its rules and the user's own, its model or the one that PRUNELLA_MODEL names.
 *
 * @throws ConfigError when rules or model can't be read, RulePackError naming what is wrong in a rule.
 */
export async function usualBrain(context: Pick<Context, 'env' | 'cwd'>): Promise<Brain> {
  const rules = await usualRules(context);
  return { rules, model: await usualModel(context), scanner: createScanner(rules) };
}

async function usualModel({ env, cwd }: Pick<Context, 'env' | 'cwd'>): Promise<Model> {
  const asked = env['PRUNELLA_MODEL'];
  if (!asked) return builtinModel();
  const bytes = await readFile(resolve(cwd, asked)).catch((error: unknown) => {
    throw new ConfigError(`PRUNELLA_MODEL: expected a model file, found ${asked}: ${messageOf(error)}`, {
      cause: error,
    });
  });
  return decodeModel(asked, bytes);
}
