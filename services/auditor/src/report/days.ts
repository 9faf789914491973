import type { DayTally } from '@prunella/store';

/** How the actions of a UTC day ended. */
export interface DayOfActions {
  /** As `2026-11-28`. */
  day: string;
  successful: number;
  ineffective: number;
  harmful: number;
  inconclusive: number;
  /** No outcome yet. */
  pending: number;
}

/** Counts by day, the oldest first; days without actions are left out. */
export function daysOf(tallies: readonly DayTally[]): DayOfActions[] {
  const days = [...Map.groupBy(tallies, ({ day }) => day)].sort(([a], [b]) => (a < b ? -1 : 1));
  return days.map(([day, some]) => {
    const count = (outcome: string | null) =>
      some.filter((tally) => tally.outcome === outcome).reduce((sum, tally) => sum + tally.count, 0);
    return {
      ...{ day, successful: count('healed'), ineffective: count('ineffective'), harmful: count('harmful') },
      ...{ inconclusive: count('inconclusive'), pending: count(null) },
    };
  });
}
