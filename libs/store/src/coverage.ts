import type { Alternative, Evidence } from '@prunella/contracts';
import type { Transaction } from './store.ts';

/** From (inclusive) and to (exclusive), by the time at which incidents opened. */
export interface OpenedRange {
  from: Date;
  to: Date;
}

/** How many incidents have a diagnosis, and how many of those a cause. */
export interface CoverageCount {
  total: number;
  classified: number;
}

/** Incidents of unknown cause with the same fingerprint. */
export interface UnknownCluster {
  fingerprint: string;
  count: number;
  firstSeen: Date;
  lastSeen: Date;
  /** The most frequent first, at most `MOST_NAMES`; without those whose publisher names none. */
  repositories: string[];
  /** Ids, the most frequent first, at most `MOST_NAMES`. */
  pipelines: string[];
  /** The newest incident. */
  exampleIncidentId: string;
  /** Of that one. */
  evidence: Evidence[];
}

/** One incident of a cluster, with what its diagnosis says. */
export interface UnknownSample {
  id: string;
  pipelineId: string;
  repository: string;
  openedAt: Date;
  /** Empty where the diagnosis is not there (any more). */
  evidence: Evidence[];
  alternatives: Alternative[];
}

/** So many repositories and pipelines of a cluster are named. */
export const MOST_NAMES = 5;

/** Of all time. */
export const EVER: OpenedRange = { from: new Date(0), to: new Date('9999-12-31T00:00:00Z') };

export async function countCoverage(manager: Transaction, { from, to }: OpenedRange): Promise<CoverageCount> {
  const [row] = await manager.query<CoverageCount[]>(
    `SELECT count(*)::int AS total, (count(*) FILTER (WHERE cause <> 'unknown'))::int AS classified
     FROM incidents WHERE cause IS NOT NULL AND opened_at >= $1 AND opened_at < $2`,
    [from, to],
  );
  return row ?? { total: 0, classified: 0 };
}

/**
 * Clusters of incidents whose cause is unknown, the largest first.
 *
 * @param which `most`: at most so many; `fingerprint`: only the one with this fingerprint.
 */
export async function unknownClusters(
  manager: Transaction,
  { from, to }: OpenedRange,
  which: { most: number; fingerprint?: string },
): Promise<UnknownCluster[]> {
  const members = `cause = 'unknown' AND fingerprint = top.fingerprint AND opened_at >= $1 AND opened_at < $2`;
  const names = (column: string) =>
    `ARRAY(SELECT ${column} FROM incidents WHERE ${members} AND ${column} <> ''
           GROUP BY ${column} ORDER BY count(*) DESC, ${column} LIMIT ${MOST_NAMES})`;
  return await manager.query<UnknownCluster[]>(
    `WITH top AS (
       SELECT fingerprint, count(*)::int AS count, min(opened_at) AS first_seen, max(opened_at) AS last_seen
       FROM incidents
       WHERE cause = 'unknown' AND fingerprint IS NOT NULL AND opened_at >= $1 AND opened_at < $2
         AND ($4::text IS NULL OR fingerprint = $4)
       GROUP BY fingerprint ORDER BY count DESC, last_seen DESC, fingerprint LIMIT $3
     )
     SELECT top.fingerprint, top.count, top.first_seen AS "firstSeen", top.last_seen AS "lastSeen",
            ${names('repository')} AS repositories, ${names('pipeline_id')} AS pipelines,
            newest.id AS "exampleIncidentId", coalesce(made.data->'evidence', '[]') AS evidence
     FROM top
     CROSS JOIN LATERAL (
       SELECT id FROM incidents WHERE ${members} ORDER BY opened_at DESC, id DESC LIMIT 1
     ) newest
     LEFT JOIN LATERAL (${diagnosisOf('newest.id', 'top.fingerprint')}) made ON true
     ORDER BY top.count DESC, top.last_seen DESC, top.fingerprint`,
    [from, to, which.most, which.fingerprint ?? null],
  );
}

/** The newest incidents of a cluster. */
export async function unknownSamples(
  manager: Transaction,
  fingerprint: string,
  limit: number,
): Promise<UnknownSample[]> {
  return await manager.query<UnknownSample[]>(
    `SELECT i.id, i.pipeline_id AS "pipelineId", i.repository, i.opened_at AS "openedAt",
            coalesce(made.data->'evidence', '[]') AS evidence, coalesce(made.data->'alternatives', '[]') AS alternatives
     FROM incidents i
     LEFT JOIN LATERAL (${diagnosisOf('i.id', 'i.fingerprint')}) made ON true
     WHERE i.cause = 'unknown' AND i.fingerprint = $1
     ORDER BY i.opened_at DESC, i.id DESC LIMIT $2`,
    [fingerprint, limit],
  );
}

/** An incident may have several diagnoses, one an attempt: the newest that says so. */
function diagnosisOf(incidentId: string, fingerprint: string): string {
  return `SELECT data FROM events
          WHERE lasting AND incident_id = ${incidentId} AND subject = 'diagnosis.made' AND data->>'fingerprint' = ${fingerprint}
          ORDER BY time DESC, id DESC LIMIT 1`;
}
