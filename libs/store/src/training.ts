import type { ActionType, Cause, Evidence, Outcome } from '@prunella/contracts';
import type { IncidentPosition } from './incidents.ts';
import { heldOut, outcomeOf, recoveredBy } from './recoveries.ts';
import type { Transaction } from './store.ts';

/** A failure with what its newest diagnosis says and what became of it. */
export interface DiagnosedFailure extends IncidentPosition {
  pipelineId: string;
  repository: string;
  cause: Cause;
  decidedBy: string;
  /** What the rule or model said by itself, before learning: 0..1. */
  prior: number;
  /** null: nothing was decided yet. */
  action: ActionType | null;
  /** null: nothing is proven yet. */
  outcome: Outcome | null;
  /** The outcome was a heal first, and was taken back. */
  reversed: boolean;
  /** What was done about it first; `held_out`: it was only watched, by chance. null: nothing was decided. */
  treatment: 'acted' | 'recommended' | 'held_out' | null;
  /** Whether it became well without an action of ours. null: there was one, or its time is not over. */
  recovered: boolean | null;
  evidence: Evidence[];
  metrics: Record<string, number>;
}

/**
 * Failures whose cause is known and that have evidence, the newest first; not those of the playground.
 *
 * @param page `since`: opened at or after this time; `limit`: at most so many; `after`: only what comes after this place; `withinMs`: how long what was
 *   not acted on has to become well, as of `now`.
 */
export async function diagnosedFailures(
  manager: Transaction,
  {
    since,
    limit,
    after,
    withinMs,
    now,
  }: { since: Date; limit: number; after?: IncidentPosition | undefined; withinMs: number; now: Date },
): Promise<DiagnosedFailure[]> {
  const within = `$5 * interval '1 millisecond'`;
  // An incident opens with the first of its diagnoses and decisions at the latest: in older partitions there is none of them.
  return await manager.query<DiagnosedFailure[]>(
    `SELECT i.id, i.opened_at AS "openedAt", i.pipeline_id AS "pipelineId", i.repository, i.cause, i.outcome,
            i.document->>'action' AS action, made.data->>'decidedBy' AS "decidedBy",
            coalesce((made.data->>'prior')::float8, (made.data->>'confidence')::float8, 0) AS prior,
            made.data->'evidence' AS evidence, coalesce(made.data->'metrics', '{}') AS metrics,
            coalesce(o.reversed, false) AS reversed, CASE d.data->>'status' WHEN 'executed' THEN 'acted'
              WHEN 'recommended' THEN 'recommended' WHEN 'observed' THEN CASE WHEN ${heldOut('d')} THEN 'held_out' END END AS treatment,
            CASE WHEN coalesce(d.data->>'status', 'executed') = 'executed' THEN NULL
                 WHEN ${recoveredBy('d', within)} THEN true WHEN d.time + ${within} < $6 THEN false END AS recovered
     FROM incidents i
     JOIN LATERAL (
       SELECT data FROM events WHERE lasting AND incident_id = i.id AND subject = 'diagnosis.made' AND time >= i.opened_at
       ORDER BY time DESC, id DESC LIMIT 1
     ) made ON jsonb_array_length(coalesce(made.data->'evidence', '[]')) > 0
     LEFT JOIN LATERAL (
       SELECT incident_id, pipeline_key, time, data FROM events
       WHERE lasting AND incident_id = i.id AND subject = 'action.executed' AND coalesce(data->>'undoes', '') = '' AND time >= i.opened_at
       ORDER BY time, id LIMIT 1
     ) d ON true
     LEFT JOIN LATERAL (${outcomeOf('d')}) o ON d.data->>'status' = 'executed'
     WHERE i.cause IS NOT NULL AND i.cause <> 'unknown' AND i.opened_at >= $1
       AND NOT coalesce((i.document->>'simulated')::boolean, false)
       AND ($2::timestamptz IS NULL OR (i.opened_at, i.id) < ($2, $3))
     ORDER BY i.opened_at DESC, i.id DESC LIMIT $4`,
    [since, after?.openedAt ?? null, after?.id ?? null, limit, withinMs, now],
  );
}
