import { availableParallelism } from 'node:os';
import { systemClock } from '@prunella/core';
import { Command } from 'commander';
import type { Context } from '../context.ts';
import { usualBrain } from '../diagnose/brain.ts';
import { describeDiagnosis } from '../diagnose/describe.ts';
import { diagnoseFile, type FileResult } from '../diagnose/diagnose-file.ts';
import { DiagnoserPool } from '../diagnose/diagnoser-pool.ts';
import { EXIT } from '../exit.ts';
import { progressBar } from '../progress.ts';

/** With fewer files than these, starting threads takes longer than they save. */
const WORTH_THREADS = 8;
/** So many files are asked for ahead of the one that is printed next, for each thread. */
const AHEAD = 4;

/** `prunella diagnose FILE...`; needs no server. */
export function diagnoseCommand(context: Context): Command {
  return new Command('diagnose')
    .description('say why a job failed, from its log; needs no server')
    .argument('<file...>', 'logs, gzipped or not; - is standard input')
    .option('--json', 'print one JSON object for each file, in the order given')
    .action((files: string[], options: { json?: true }) => diagnose(context, files, options));
}

/** A file that can't be read does not keep the others from being diagnosed. */
async function diagnose(context: Context, files: readonly string[], { json }: { json?: true }): Promise<void> {
  const bar = progressBar(context, systemClock, json);
  let done = 0;
  for await (const result of resultsOf(context, files)) {
    bar.clear();
    done += 1;
    if ('problem' in result) {
      context.err(`prunella: ${result.problem}`);
      context.exitWith(EXIT.no);
    } else if (json) context.out(JSON.stringify(result.diagnosis));
    else for (const line of describeDiagnosis(context, result.diagnosis)) context.out(line);
    if (done < files.length) bar.show(done / files.length, `${done} of ${files.length} files`);
  }
}

/** In the order of the files; many of them are diagnosed by as many threads as the machine has cores. */
async function* resultsOf(context: Context, files: readonly string[]): AsyncGenerator<FileResult> {
  // Here too when threads do the work: a mistake in the user's rules is one message then, not one for each file.
  const brain = await usualBrain(context);
  const threads = availableParallelism();
  if (files.length < WORTH_THREADS || threads < 2) {
    for (const file of files) yield await diagnoseFile(context, brain, file);
    return;
  }
  const pool = new DiagnoserPool(context, threads);
  try {
    const begin = (file: string) => (file === '-' ? diagnoseFile(context, brain, file) : pool.diagnose(file));
    const begun = files.slice(0, threads * AHEAD).map(begin);
    for (let at = begun.length; begun.length > 0; at += 1) {
      const next = files[at];
      if (next !== undefined) begun.push(begin(next));
      yield await (begun.shift() as Promise<FileResult>);
    }
  } finally {
    await pool.close();
  }
}
