import { messageOf, PrunellaError } from '@prunella/core';
import { type DiagnosisJson, diagnose, explainJson } from '@prunella/diagnosis';
import type { Context } from '../context.ts';
import type { Brain } from './brain.ts';
import { readLog } from './read-log.ts';

/** What became of one file: its diagnosis, or why there is none. */
export type FileResult = { diagnosis: DiagnosisJson } | { problem: string };

/** Diagnoses a log that stands alone: the job is unknown, nothing was measured, nothing learnt. */
export async function diagnoseFile(
  context: Pick<Context, 'cwd' | 'stdin'>,
  brain: Brain,
  file: string,
): Promise<FileResult> {
  try {
    const logs = [{ job: '', ...(await readLog(context, brain.scanner, file)) }];
    const deps = { ...brain, learnt: () => undefined };
    const diagnosis = diagnose({ logs, jobs: [], metrics: {}, conclusion: 'failure' }, deps);
    return { diagnosis: explainJson(file, diagnosis) };
  } catch (error) {
    if (error instanceof PrunellaError) return { problem: messageOf(error) };
    throw error;
  }
}
