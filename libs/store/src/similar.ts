import type { Transaction } from './store.ts';
import type { IncidentRow } from './tables/incident.ts';

/** What an incident is compared by. */
export interface Likeness {
  id: string;
  pipelineId: string;
  /** null: nothing is diagnosed yet, and nothing is alike. */
  cause: string | null;
  fingerprint: string | null;
}

/** An incident that is like another one; `alike`: it has the same fingerprint, or else pipeline and cause. */
export interface SimilarIncident {
  document: IncidentRow['document'];
  alike: 'fingerprint' | 'pipeline';
}

/** Of the same pipeline so many of the newest are looked through for the same cause: an index for it would be paid at each write. */
const MOST_OF_PIPELINE = 500;

/** Other incidents with the same fingerprint, then those of the same pipeline with the same cause; each the newest first, at most `limit` in all. */
export async function similarIncidents(
  manager: Transaction,
  { id, pipelineId, cause, fingerprint }: Likeness,
  limit: number,
): Promise<SimilarIncident[]> {
  if (fingerprint === null) return [];
  const same = await manager.query<SimilarIncident[]>(
    `SELECT document, 'fingerprint' AS alike FROM incidents
     -- As a range, in the order of the index by fingerprint: of one that is frequent, Postgres would else go through all incidents by time until it has enough, and
     -- find none where it has not come for long.
     WHERE fingerprint BETWEEN $1 AND $1 AND id <> $2 ORDER BY fingerprint, opened_at DESC, id DESC LIMIT $3`,
    [fingerprint, id, limit],
  );
  if (same.length >= limit || cause === null) return same;
  const near = await manager.query<SimilarIncident[]>(
    `SELECT document, 'pipeline' AS alike FROM (
       SELECT id, opened_at, cause, fingerprint, document FROM incidents
       WHERE pipeline_id = $1 ORDER BY opened_at DESC, id DESC LIMIT ${MOST_OF_PIPELINE}
     ) newest
     WHERE cause = $2 AND fingerprint IS DISTINCT FROM $3 AND id <> $4 ORDER BY opened_at DESC, id DESC LIMIT $5`,
    [pipelineId, cause, fingerprint, id, limit - same.length],
  );
  return [...same, ...near];
}
