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

/** SQL for each field of a place. */
type Placed = Readonly<Record<keyof ActionPlace, string>>;

/** Of the same workload, repository or environment. What the pipeline itself does in its incident is told there already. */
function related(place: Placed, failure: Placed): string {
  const same = (['repository', 'environment', 'workload'] as const).map(
    (field) => `(${place[field]} <> '' AND ${failure[field]} = ${place[field]})`,
  );
  const itself = (['incidentId', 'platform', 'pipelineId'] as const).map(
    (field) => `${failure[field]} = ${place[field]}`,
  );
  return `(${same.join(' OR ')}) AND NOT (${itself.join(' AND ')})`;
}

const TOLD: Placed = {
  ...{ repository: `f.data->>'repository'`, environment: `f.data->>'environment'`, workload: WORKLOAD },
  ...{ incidentId: 'f.incident_id', platform: `f.data->>'platform'`, pipelineId: `f.data->>'pipelineId'` },
};

/** The related failures within `withinMs` before and after a time, the nearest first, at most `limit`. */
export async function failuresNear(
  manager: Transaction,
  place: ActionPlace,
  { at, withinMs, limit }: { at: Date; withinMs: number; limit: number },
): Promise<NearFailure[]> {
  const parameters = ['repository', 'environment', 'workload', 'incidentId', 'platform', 'pipelineId'] as const;
  const asked = Object.fromEntries(parameters.map((field, n) => [field, `$${n + 4}::text`])) as Placed;
  return await manager.query<NearFailure[]>(
    `SELECT f.incident_id AS "incidentId", f.time AS at, coalesce(f.data->>'platform', '') AS platform, f.data->>'pipelineId' AS "pipelineId",
            coalesce(nullif(f.data->>'name', ''), f.data->>'pipelineId') AS name, coalesce(f.data->>'repository', '') AS repository,
            coalesce(f.data->>'environment', '') AS environment, ${WORKLOAD} AS workload,
            left(coalesce(f.data->'error'->>'message', ''), 2000) AS message
     FROM events f
     WHERE f.lasting AND f.subject = 'pipeline.failed' AND f.time >= $1::timestamptz - $2 * interval '1 millisecond'
       AND f.time <= $1::timestamptz + $2 * interval '1 millisecond' AND f.incident_id IS NOT NULL AND ${related(asked, TOLD)}
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

/**
 * The newest actions of a range, at most `most`, with the related failures around them. Failures are read once, and met by the slot of time in which they
 * are: an action looks in its own and the two beside it.
 */
export async function coincidences(
  manager: Transaction,
  { from, to }: { from: Date; to: Date },
  { withinMs, most }: { withinMs: number; most: number },
): Promise<Coincidence[]> {
  const slot = (time: string) => `floor(extract(epoch FROM ${time}) * 1000 / $3::float8)::bigint`;
  const within = `$3::float8 * interval '1 millisecond'`;
  const place = (of: string) => ({
    ...{ repository: `${of}.repository`, environment: `${of}.environment`, workload: `${of}.workload` },
    ...{ incidentId: `${of}.incident_id`, platform: `${of}.platform`, pipelineId: `${of}.pipeline_id` },
  });
  return await manager.query<Coincidence[]>(
    `WITH acted AS MATERIALIZED (
       SELECT *, ${slot('at')} AS slot FROM healings WHERE at >= $1 AND at < $2 ORDER BY at DESC, incident_id LIMIT $4
     ), failed AS MATERIALIZED (
       SELECT f.incident_id, f.time AS at, ${slot('f.time')} AS slot, f.data->>'platform' AS platform, f.data->>'pipelineId' AS pipeline_id,
              f.data->>'repository' AS repository, f.data->>'environment' AS environment, ${WORKLOAD} AS workload
       FROM events f
       WHERE f.lasting AND f.subject = 'pipeline.failed' AND f.incident_id IS NOT NULL
         AND f.time >= (SELECT min(at) FROM acted) - ${within} AND f.time <= (SELECT max(at) FROM acted) + ${within}
     ), near AS (
       SELECT h.incident_id, h.attempt, h.action, (count(*) FILTER (WHERE f.at < h.at))::int AS before,
              (count(*) FILTER (WHERE f.at >= h.at))::int AS after
       FROM acted h CROSS JOIN (VALUES (-1), (0), (1)) beside (n)
       JOIN failed f ON f.slot = h.slot + beside.n AND f.at >= h.at - ${within} AND f.at <= h.at + ${within} AND ${related(place('h'), place('f'))}
       GROUP BY h.incident_id, h.attempt, h.action
     )
     SELECT h.incident_id AS "incidentId", h.attempt, h.action, h.at, h.repository, h.name, h.environment, h.workload, h.outcome,
            coalesce(near.before, 0) AS before, coalesce(near.after, 0) AS after
     FROM acted h LEFT JOIN near USING (incident_id, attempt, action)
     ORDER BY h.at DESC, h.incident_id`,
    [from, to, withinMs, most],
  );
}
