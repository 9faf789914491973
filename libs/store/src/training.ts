import type { ActionType, Cause, Evidence, Outcome } from '@prunella/contracts';
import type { IncidentPosition } from './incidents.ts';
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
  evidence: Evidence[];
  metrics: Record<string, number>;
}

/**
 * Failures whose cause is known and that have evidence, the newest first; not those of the playground.
 *
 * @param page `since`: opened at or after this time; `limit`: at most so many; `after`: only what comes after this place.
 */
export async function diagnosedFailures(
  manager: Transaction,
  { since, limit, after }: { since: Date; limit: number; after?: IncidentPosition | undefined },
): Promise<DiagnosedFailure[]> {
  return await manager.query<DiagnosedFailure[]>(
    `SELECT i.id, i.opened_at AS "openedAt", i.pipeline_id AS "pipelineId", i.repository, i.cause, i.outcome,
            i.document->>'action' AS action, made.data->>'decidedBy' AS "decidedBy",
            coalesce((made.data->>'prior')::float8, (made.data->>'confidence')::float8, 0) AS prior,
            made.data->'evidence' AS evidence, coalesce(made.data->'metrics', '{}') AS metrics
     FROM incidents i
     JOIN LATERAL (
       SELECT data FROM events WHERE lasting AND incident_id = i.id AND subject = 'diagnosis.made' ORDER BY time DESC, id DESC LIMIT 1
     ) made ON jsonb_array_length(coalesce(made.data->'evidence', '[]')) > 0
     WHERE i.cause IS NOT NULL AND i.cause <> 'unknown' AND i.opened_at >= $1
       AND NOT coalesce((i.document->>'simulated')::boolean, false)
       AND ($2::timestamptz IS NULL OR (i.opened_at, i.id) < ($2, $3))
     ORDER BY i.opened_at DESC, i.id DESC LIMIT $4`,
    [since, after?.openedAt ?? null, after?.id ?? null, limit],
  );
}
