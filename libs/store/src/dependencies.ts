import type { DependencyState } from '@prunella/contracts';
import type { Transaction } from './store.ts';

/** A change of a dependency that was recorded. */
export interface DependencyChange {
  name: string;
  at: Date;
  state: DependencyState;
  before: DependencyState;
  reason: string;
}

/** The newest changes of each of these dependencies since then, at most `most` of each, the newest first. */
export async function dependencyChanges(
  manager: Transaction,
  names: readonly string[],
  { since, most }: { since: Date; most: number },
): Promise<DependencyChange[]> {
  if (names.length === 0) return [];
  return await manager.query<DependencyChange[]>(
    `SELECT n.name, e.time AS at, e.data->>'state' AS state, coalesce(e.data->>'before', 'unknown') AS before,
            coalesce(e.data->>'reason', '') AS reason
     FROM unnest($1::text[]) AS n(name)
     CROSS JOIN LATERAL (
       SELECT time, data FROM events_passing
       WHERE subject = 'dependency.changed' AND data->>'name' = n.name AND time >= $2
       ORDER BY time DESC LIMIT $3
     ) AS e
     ORDER BY n.name, e.time DESC`,
    [[...names], since, most],
  );
}
