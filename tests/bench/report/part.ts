import { table } from './table.ts';

/** What a part of the benchmark is to reach. */
export interface Target {
  what: string;
  /** In words with the unit, e.g. `under 50 ms`. */
  wanted: string;
  found: string;
  /** By how much it was missed, in words; undefined: it was reached. */
  missed?: string;
}

/** What a part of the benchmark found. */
export interface Part {
  /** As JSON. */
  figures: unknown;
  /** In Markdown. */
  tables: string;
  targets: readonly Target[];
}

/** @param found undefined: there is none, and `instead` says why. */
export function atMost(
  what: string,
  limit: number,
  found: number | undefined,
  write: (value: number) => string,
  instead = 'not measured',
): Target {
  const common = { what, wanted: `at most ${write(limit)}` };
  if (found === undefined) return { ...common, found: instead, missed: instead };
  const missed = found > limit ? `${(found / limit).toFixed(2)} times as much` : undefined;
  return { ...common, found: write(found), ...(missed !== undefined && { missed }) };
}

export function atLeast(what: string, limit: number, found: number, write: (value: number) => string): Target {
  const missed = found < limit ? `${(found / limit).toFixed(2)} of it` : undefined;
  return { what, wanted: `at least ${write(limit)}`, found: write(found), ...(missed !== undefined && { missed }) };
}

/** Each target with what became of it: a miss is never left out. */
export function targetTable(targets: readonly Target[]): string {
  return table(
    ['target', 'wanted', 'found', 'reached'],
    targets.map(({ what, wanted, found, missed }) => [
      what,
      wanted,
      found,
      missed === undefined ? 'yes' : `**missed**: ${missed}`,
    ]),
  );
}
