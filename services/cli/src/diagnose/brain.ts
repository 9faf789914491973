import type { DiagnosisDeps } from '@prunella/diagnosis';
import type { Context } from '../context.ts';
import { usualRules } from './rules.ts';

/** All that a diagnosis is made with; the same for every file. */
export type Brain = Pick<DiagnosisDeps, 'rules' | 'model'>;

/** What the diagnoser would use: its rules and the user's own. */
export async function usualBrain(context: Pick<Context, 'env' | 'cwd'>): Promise<Brain> {
  return { rules: await usualRules(context) };
}
