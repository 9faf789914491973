import type { Transaction } from './store.ts';

/** What an action is compared with failures by. Empty: not known, and not compared. */
export interface ActionPlace {
  incidentId: string;
  platform: string;
  pipelineId: string;
  repository: string;
  environment: string;
  /** `namespace/name` */
  workload: string;
}

/** A failure that was told around an action. */
export interface NearFailure {
  incidentId: string;
  /** When it was told, by its publisher's clock. */
  at: Date;
  platform: string;
  pipelineId: string;
  name: string;
  repository: string;
  environment: string;
  workload: string;
  /** The beginning of what its publisher says. Untrusted. */
  message: string;
}

const WORKLOAD = `CASE WHEN coalesce(f.data->'workload'->>'name', '') = '' THEN ''
  ELSE concat_ws('/', nullif(f.data->'workload'->>'namespace', ''), f.data->'workload'->>'name') END`;

/** Of the same workload, repository or environment. What the pipeline itself does in its incident is told there already. */
function related(place: (field: string) => string): string {
  const same = (field: string, value: string) => `(${place(field)} <> '' AND ${value} = ${place(field)})`;
  return `(${same('repository', `f.data->>'repository'`)} OR ${same('environment', `f.data->>'environment'`)}
    OR ${same('workload', WORKLOAD)})
    AND NOT (f.incident_id = ${place('incidentId')} AND f.data->>'platform' = ${place('platform')} AND f.data->>'pipelineId' = ${place('pipelineId')})`;
}

/** The related failures within `withinMs` before and after a time, the nearest first, at most `limit`. */
export async function failuresNear(
  manager: Transaction,
  place: ActionPlace,
  { at, withinMs, limit }: { at: Date; withinMs: number; limit: number },
): Promise<NearFailure[]> {
  const parameters = ['repository', 'environment', 'workload', 'incidentId', 'platform', 'pipelineId'] as const;
  const parameter = (field: string) => `$${parameters.indexOf(field as (typeof parameters)[number]) + 4}::text`;
  return await manager.query<NearFailure[]>(
    `SELECT f.incident_id AS "incidentId", f.time AS at, coalesce(f.data->>'platform', '') AS platform, f.data->>'pipelineId' AS "pipelineId",
            coalesce(nullif(f.data->>'name', ''), f.data->>'pipelineId') AS name, coalesce(f.data->>'repository', '') AS repository,
            coalesce(f.data->>'environment', '') AS environment, ${WORKLOAD} AS workload,
            left(coalesce(f.data->'error'->>'message', ''), 2000) AS message
     FROM events f
     WHERE f.lasting AND f.subject = 'pipeline.failed' AND f.time >= $1::timestamptz - $2 * interval '1 millisecond'
       AND f.time <= $1::timestamptz + $2 * interval '1 millisecond' AND f.incident_id IS NOT NULL AND ${related(parameter)}
     ORDER BY abs(extract(epoch FROM f.time - $1::timestamptz)), f.id LIMIT $3`,
    [at, withinMs, limit, ...parameters.map((field) => place[field])],
  );
}

/** An action with how many related failures were told shortly before and after it. */
export interface Coincidence {
  incidentId: string;
  attempt: number;
  action: string;
  at: Date;
  repository: string;
  name: string;
  environment: string;
  workload: string;
  outcome: string | null;
  before: number;
  after: number;
}

/** The newest actions of a range, at most `most`, with the related failures around them. */
export async function coincidences(
  manager: Transaction,
  { from, to }: { from: Date; to: Date },
  { withinMs, most }: { withinMs: number; most: number },
): Promise<Coincidence[]> {
  const columns: Record<string, string> = {
    ...{ repository: 'h.repository', environment: 'h.environment', workload: 'h.workload' },
    ...{ incidentId: 'h.incident_id', platform: 'h.platform', pipelineId: 'h.pipeline_id' },
  };
  return await manager.query<Coincidence[]>(
    `SELECT h.incident_id AS "incidentId", h.attempt, h.action, h.at, h.repository, h.name, h.environment, h.workload, h.outcome,
            near.before, near.after
     FROM (SELECT * FROM healings WHERE at >= $1 AND at < $2 ORDER BY at DESC, incident_id LIMIT $4) h
     CROSS JOIN LATERAL (
       SELECT (count(*) FILTER (WHERE f.time < h.at))::int AS before, (count(*) FILTER (WHERE f.time >= h.at))::int AS after
       FROM events f
       WHERE f.lasting AND f.subject = 'pipeline.failed' AND f.time >= h.at - $3 * interval '1 millisecond'
         AND f.time <= h.at + $3 * interval '1 millisecond' AND f.incident_id IS NOT NULL
         AND ${related((field) => columns[field] ?? `''`)}
     ) near
     ORDER BY h.at DESC, h.incident_id`,
    [from, to, withinMs, most],
  );
}
