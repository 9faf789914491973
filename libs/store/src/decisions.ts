import { storable } from './json.ts';
import type { Transaction } from './store.ts';

/** What was decided about a failure that an action could heal, whether it took effect or not. */
export interface Decision {
  /** Of the event that told it. */
  id: string;
  incidentId: string;
  /** When it was told, ISO 8601. */
  at: string;
  action: string;
  status: string;
  /** Of its incident; in one incident there is one. */
  first: boolean;
  /** null: it is compared with nothing. */
  arm: 'treated' | 'held_out' | 'recommended' | null;
  /** Whether chance chose it to be done. */
  chosen: boolean;
  cause: string;
  repository: string;
  /** As in `events`. */
  pipelineKey: string | null;
  /** Of what was done: whether it healed; null: not done, or not known yet. */
  healed: boolean | null;
  /** When its run or deployment succeeded after that, whoever saw to it, ISO 8601; null: it did not. */
  recoveredAt: string | null;
}

/** Makes the decisions about some incidents those that are given; the same again changes nothing. */
export async function putDecisions(
  transaction: Transaction,
  incidentIds: readonly string[],
  decisions: readonly Decision[],
): Promise<void> {
  if (incidentIds.length === 0) return;
  await transaction.query('DELETE FROM decisions WHERE incident_id = ANY($1::text[]) AND id <> ALL($2::text[])', [
    [...incidentIds],
    decisions.map(({ id }) => id),
  ]);
  if (decisions.length === 0) return;
  await transaction.query(
    `INSERT INTO decisions AS old (id, incident_id, at, action, status, first, arm, chosen, cause, repository, pipeline_key, healed, recovered_at)
     SELECT id, "incidentId", at, action, status, first, arm, chosen, cause, repository, "pipelineKey", healed, "recoveredAt"
     FROM jsonb_to_recordset($1::jsonb) AS r (
       id text, "incidentId" text, at timestamptz, action text, status text, first boolean, arm text, chosen boolean, cause text, repository text,
       "pipelineKey" text, healed boolean, "recoveredAt" timestamptz
     )
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET
       incident_id = excluded.incident_id, at = excluded.at, action = excluded.action, status = excluded.status, first = excluded.first,
       arm = excluded.arm, chosen = excluded.chosen, cause = excluded.cause, repository = excluded.repository,
       pipeline_key = excluded.pipeline_key, healed = excluded.healed, recovered_at = excluded.recovered_at
       WHERE old IS DISTINCT FROM excluded`,
    [storable(decisions)],
  );
}

/** Actions that were decided in [from, to) and did not take effect, by what became of them. */
export async function tallyNotDone(
  manager: Transaction,
  { from, to }: { from: Date; to: Date },
  actions: readonly string[],
): Promise<{ action: string; status: string; count: number }[]> {
  return await manager.query(
    `SELECT action, status, count(*)::int AS count FROM decisions
     WHERE at >= $1 AND at < $2 AND status <> 'executed' AND action = ANY($3::text[])
     GROUP BY 1, 2 ORDER BY 1, 2`,
    [from, to, [...actions]],
  );
}
