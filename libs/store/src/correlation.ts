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
function related(place: Readonly<Record<keyof ActionPlace, string>>): string {
  const same = (field: keyof ActionPlace, value: string) => `(${place[field]} <> '' AND ${value} = ${place[field]})`;
  return `(${same('repository', `f.data->>'repository'`)} OR ${same('environment', `f.data->>'environment'`)}
    OR ${same('workload', WORKLOAD)})
    AND NOT (f.incident_id = ${place.incidentId} AND f.data->>'platform' = ${place.platform} AND f.data->>'pipelineId' = ${place.pipelineId})`;
}

/** The related failures within `withinMs` before and after a time, the nearest first, at most `limit`. */
export async function failuresNear(
  manager: Transaction,
  place: ActionPlace,
  { at, withinMs, limit }: { at: Date; withinMs: number; limit: number },
): Promise<NearFailure[]> {
  const parameters = ['repository', 'environment', 'workload', 'incidentId', 'platform', 'pipelineId'] as const;
  const asked = Object.fromEntries(parameters.map((field, n) => [field, `$${n + 4}::text`])) as Record<
    keyof ActionPlace,
    string
  >;
  return await manager.query<NearFailure[]>(
    `SELECT f.incident_id AS "incidentId", f.time AS at, coalesce(f.data->>'platform', '') AS platform, f.data->>'pipelineId' AS "pipelineId",
            coalesce(nullif(f.data->>'name', ''), f.data->>'pipelineId') AS name, coalesce(f.data->>'repository', '') AS repository,
            coalesce(f.data->>'environment', '') AS environment, ${WORKLOAD} AS workload,
            left(coalesce(f.data->'error'->>'message', ''), 2000) AS message
     FROM events f
     WHERE f.lasting AND f.subject = 'pipeline.failed' AND f.time >= $1::timestamptz - $2 * interval '1 millisecond'
       AND f.time <= $1::timestamptz + $2 * interval '1 millisecond' AND f.incident_id IS NOT NULL AND ${related(asked)}
     ORDER BY abs(extract(epoch FROM f.time - $1::timestamptz)), f.id LIMIT $3`,
    [at, withinMs, limit, ...parameters.map((field) => place[field])],
  );
}

/** An action that took effect, with what failures around it are compared by. */
export interface PlacedAction extends ActionPlace {
  attempt: number;
  action: string;
  at: Date;
  name: string;
  outcome: string | null;
}

/** The newest actions that took effect in [from, to), at most `most`, the newest first. */
export async function newestActions(
  manager: Transaction,
  { from, to }: { from: Date; to: Date },
  most: number,
): Promise<PlacedAction[]> {
  return await manager.query<PlacedAction[]>(
    `SELECT incident_id AS "incidentId", attempt, action, at, platform, pipeline_id AS "pipelineId", repository, name, environment, workload, outcome
     FROM healings WHERE at >= $1 AND at < $2 ORDER BY at DESC, incident_id LIMIT $3`,
    [from, to, most],
  );
}

/** Where and when something failed. */
export interface PlacedFailure extends ActionPlace {
  /** In ms since the epoch. */
  atMs: number;
}

/** The newest failures that were told in [from, to] about incidents, at most `most`, the newest first. */
export async function newestFailures(
  manager: Transaction,
  { from, to }: { from: Date; to: Date },
  most: number,
): Promise<PlacedFailure[]> {
  return await manager.query<PlacedFailure[]>(
    `SELECT f.incident_id AS "incidentId", floor(extract(epoch FROM f.time) * 1000)::float8 AS "atMs", coalesce(f.data->>'platform', '') AS platform,
            coalesce(f.data->>'pipelineId', '') AS "pipelineId", coalesce(f.data->>'repository', '') AS repository,
            coalesce(f.data->>'environment', '') AS environment, ${WORKLOAD} AS workload
     FROM events f
     WHERE f.lasting AND f.subject = 'pipeline.failed' AND f.time >= $1 AND f.time <= $2 AND f.incident_id IS NOT NULL
     ORDER BY f.time DESC LIMIT $3`,
    [from, to, most],
  );
}
