import type { PipelineFailed } from '@prunella/contracts';
import { type CiReader, messageOf, runOf, withSignal } from '@prunella/core';
import { GRACE_MS } from './grace.ts';

const LONGEST_MS = 10_000;

/** The files that a failure's change touches, as far as its platform tells; empty with a gap for people where it does not. Never throws. */
export async function changesOf(
  failure: PipelineFailed,
  reader: CiReader | undefined,
): Promise<{ files: string[]; gaps: string[] }> {
  const changedFiles = reader?.changedFiles?.bind(reader);
  if (changedFiles === undefined || failure.runId === '') return { files: [], gaps: [] };
  try {
    return {
      files:
        (await withSignal({ longestMs: LONGEST_MS, graceMs: GRACE_MS }, (signal) =>
          changedFiles(runOf(failure), signal),
        )) ?? [],
      gaps: [],
    };
  } catch (error) {
    return { files: [], gaps: [`which files were changed could not be read: ${messageOf(error)}`] };
  }
}
