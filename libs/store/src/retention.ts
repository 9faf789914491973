import type { ActionType, Outcome } from '@prunella/contracts';
import { storable } from './json.ts';
import type { Transaction } from './store.ts';

/** Ids of incidents that were opened before that, the oldest first. */
export async function incidentsOpenedBefore(manager: Transaction, before: Date, limit: number): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(
    'SELECT id FROM incidents WHERE opened_at < $1 ORDER BY opened_at, id LIMIT $2',
    [before, limit],
  );
  return rows.map(({ id }) => id);
}

/** Deletes incidents with their events and all that was derived from them. @returns ids of the debts that they had a part in. */
export async function deleteIncidents(transaction: Transaction, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const parameters = [[...ids]];
  await transaction.query('DELETE FROM incidents WHERE id = ANY($1::text[])', parameters);
  await transaction.query('DELETE FROM healing_actions WHERE incident_id = ANY($1::text[])', parameters);
  await transaction.query('DELETE FROM events WHERE incident_id = ANY($1::text[])', parameters);
  const [entries] = await transaction.query<[{ id: string }[], number]>(
    'DELETE FROM debt_entries WHERE incident_id = ANY($1::text[]) RETURNING debt_id AS id',
    parameters,
  );
  return [...new Set(entries.map(({ id }) => id))];
}

/** What the outcomes of one rule (or model) and action said in one month, of which the events are not kept any more. */
export interface OutcomeTally {
  decidedBy: string;
  action: ActionType;
  outcome: Exclude<Outcome, 'inconclusive'>;
  /** Its first day, UTC: `2026-11-01`. */
  month: string;
  /** The rule's own confidence, as the last of them says. */
  prior: number;
  count: number;
}

/** Adds to what is remembered of outcomes that are forgotten. One entry for each rule, action, outcome and month. */
export async function addOutcomeTallies(transaction: Transaction, tallies: readonly OutcomeTally[]): Promise<void> {
  if (tallies.length === 0) return;
  await transaction.query(
    `INSERT INTO outcome_tallies (decided_by, action, outcome, month, prior, count)
     SELECT "decidedBy", action, outcome, month, prior, count
     FROM jsonb_to_recordset($1::jsonb) AS r ("decidedBy" text, action text, outcome text, month date, prior float8, count int)
     ORDER BY 1, 2, 3, 4
     ON CONFLICT (decided_by, action, outcome, month) DO UPDATE SET
       prior = excluded.prior, count = outcome_tallies.count + excluded.count`,
    [storable(tallies)],
  );
}

/** What is remembered of outcomes that are forgotten, the oldest month first. */
export async function listOutcomeTallies(manager: Transaction): Promise<OutcomeTally[]> {
  return await manager.query<OutcomeTally[]>(
    `SELECT decided_by AS "decidedBy", action, outcome, to_char(month, 'YYYY-MM-DD') AS month, prior, count
     FROM outcome_tallies ORDER BY outcome_tallies.month, decided_by, action, outcome`,
  );
}
