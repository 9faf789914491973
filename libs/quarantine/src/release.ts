import { type Entry, USUAL_GREENS } from './entry.ts';

/** How a test that is in quarantine went in one run of the default branch. */
export interface RunResult {
  /** The same however often the run is reported. */
  run: string;
  passed: boolean;
}

/**
 * How many of the last runs passed in a row, the newest result last. A run counts once, where it was first heard of; one that failed and passed
 * (another attempt, another shard) failed.
 */
export function greensInARow(results: readonly RunResult[]): number {
  const runs = new Map<string, boolean>();
  for (const { run, passed } of results) runs.set(run, (runs.get(run) ?? true) && passed);
  const verdicts = [...runs.values()];
  return verdicts.length - 1 - verdicts.lastIndexOf(false);
}

/** How many have to pass in a row before the test is released. */
export function neededGreens({ greens }: Pick<Entry, 'greens'>): number {
  return greens > 0 ? greens : USUAL_GREENS;
}
