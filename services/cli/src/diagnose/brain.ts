import type { DiagnosisDeps } from '@prunella/diagnosis';
import { createScanner, type LogScanner } from '@prunella/rules';
import type { Context } from '../context.ts';
import { usualModel } from '../model.ts';
import { usualRules } from './rules.ts';

/** All that a diagnosis is made with; the same for every file. */
export type Brain = Required<Pick<DiagnosisDeps, 'rules' | 'model'>> & { scanner: LogScanner };

/**
 * What the diagnoser would use: its rules and the user's own, its model or one of the user's own.
 *
 * @throws ConfigError when rules or model can't be read, RulePackError naming what is wrong in a rule.
 */
export async function usualBrain(context: Pick<Context, 'env' | 'cwd'>): Promise<Brain> {
  const rules = await usualRules(context);
  return { rules, model: await usualModel(context), scanner: createScanner(rules) };
}
