import { messageOf, PrunellaError } from '@prunella/core';
import { explainJson } from '@prunella/diagnosis';
import { Command } from 'commander';
import type { Context } from '../context.ts';
import { describeDiagnosis } from '../diagnose/describe.ts';
import { diagnoseLog } from '../diagnose/diagnoser.ts';
import { readLog } from '../diagnose/read-log.ts';
import { usualRules } from '../diagnose/rules.ts';
import { EXIT } from '../exit.ts';

/** `prunella diagnose FILE...`; needs no server. */
export function diagnoseCommand(context: Context): Command {
  return new Command('diagnose')
    .description('say why a job failed, from its log; needs no server')
    .argument('<file...>', 'logs; - is standard input')
    .option('--json', 'print one JSON object for each file, in the order given')
    .action((files: string[], options: { json?: true }) => diagnose(context, files, options));
}

/** A file that can't be read does not keep the others from being diagnosed. */
async function diagnose(context: Context, files: readonly string[], { json }: { json?: true }): Promise<void> {
  const rules = await usualRules(context);
  for (const file of files) {
    try {
      const diagnosis = explainJson(file, diagnoseLog(rules, await readLog(context, file)));
      if (json) context.out(JSON.stringify(diagnosis));
      else for (const line of describeDiagnosis(context, diagnosis)) context.out(line);
    } catch (error) {
      if (!(error instanceof PrunellaError)) throw error;
      context.err(`prunella: ${messageOf(error)}`);
      context.exitWith(EXIT.no);
    }
  }
}
