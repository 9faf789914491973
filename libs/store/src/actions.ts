import type { ActionType } from '@prunella/contracts';
import { storable } from './json.ts';
import type { Transaction } from './store.ts';

/** An action that took effect, with the outcome that counts and what it cost. */
export interface HealingAction {
  /** The same for the same incident, attempt and action. */
  id: string;
  incidentId: string;
  action: ActionType;
  /** ISO 8601. */
  at: string;
  /** null: it has none yet. */
  outcome: string | null;
  repository: string;
  /** Empty: none is known. */
  cause: string;
  /** Whether its costs were estimated. */
  estimated: boolean;
  /** Empty: no price was set. */
  currency: string;
  /** Runner minutes, as estimated. */
  expectedMinutes: number;
  expectedMoney: number;
  /** How long its rerun took, by the clock on the wall; null: it is not known. */
  actualMinutes: number | null;
}

/** Makes the actions of some incidents those that are given; the same again changes nothing. */
export async function putHealingActions(
  transaction: Transaction,
  incidentIds: readonly string[],
  actions: readonly HealingAction[],
): Promise<void> {
  if (incidentIds.length === 0) return;
  await transaction.query('DELETE FROM healing_actions WHERE incident_id = ANY($1::text[]) AND id <> ALL($2::text[])', [
    [...incidentIds],
    actions.map(({ id }) => id),
  ]);
  if (actions.length === 0) return;
  await transaction.query(
    `INSERT INTO healing_actions AS old (id, incident_id, action, at, outcome, repository, cause, estimated, currency, expected_minutes,
                                         expected_money, actual_minutes)
     SELECT id, "incidentId", action, at, outcome, repository, cause, estimated, currency, "expectedMinutes", "expectedMoney", "actualMinutes"
     FROM jsonb_to_recordset($1::jsonb) AS r (
       id text, "incidentId" text, action text, at timestamptz, outcome text, repository text, cause text, estimated boolean,
       currency text, "expectedMinutes" float8, "expectedMoney" float8, "actualMinutes" float8
     )
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET
       at = excluded.at, outcome = excluded.outcome, repository = excluded.repository, cause = excluded.cause,
       estimated = excluded.estimated, currency = excluded.currency, expected_minutes = excluded.expected_minutes,
       expected_money = excluded.expected_money, actual_minutes = excluded.actual_minutes
     WHERE old IS DISTINCT FROM excluded`,
    [storable(actions)],
  );
}

/** Executed actions with the outcome that counts; null: they have none. */
export interface ActionTally {
  action: string;
  outcome: string | null;
  count: number;
}

/** Counts the actions that took effect in [from, to), by type and by the outcome that counts: the first, unless it was a heal that was taken back. */
export async function tallyActions(
  manager: Transaction,
  range: { from: Date; to: Date },
  actions: readonly string[],
): Promise<ActionTally[]> {
  return await manager.query<ActionTally[]>(
    `SELECT action, outcome, count(*)::int AS count FROM healing_actions
     WHERE at >= $1 AND at < $2 AND action = ANY($3::text[])
     GROUP BY action, outcome`,
    [range.from, range.to, [...actions]],
  );
}
