const attempt = (json: string) => `greatest((${json}->>'attempt')::int, 1)`;

/**
 * SQL: whether what was decided by the event `d` became well within `within` (SQL of an interval) without an action of ours: a later attempt of the same
 * run succeeded, a deployment became well, or the next run did where runs have no id. Whoever began it.
 */
export function recoveredBy(d: string, within: string): string {
  const place = { pipelineKey: `${d}.pipeline_key`, incidentId: `${d}.incident_id`, time: `${d}.time`, within };
  return `(EXISTS (
      SELECT 1 FROM events g
      WHERE g.lasting AND g.incident_id = ${d}.incident_id AND g.subject = 'pipeline.finished' AND g.data->>'conclusion' = 'success'
        AND ${later(place)}
        AND (g.data->>'kind' = 'deployment' OR g.data->>'kind' = 'run' AND ${attempt('g.data')} > ${attempt(`${d}.data->'run'`)})
    ) OR ${d}.pipeline_key IS NOT NULL AND ${nextRunSucceeded(place)})`;
}

/** Columns of a decision, in SQL, and an interval. */
interface Decided {
  pipelineKey: string;
  incidentId: string;
  time: string;
  within: string;
}

const later = ({ time, within }: Pick<Decided, 'time' | 'within'>) =>
  `g.time > ${time} AND g.time <= ${time} + ${within}`;

/** SQL: whether the next run of a pipeline whose runs have no id succeeded. */
export function nextRunSucceeded(decided: Decided): string {
  return `coalesce((
      SELECT g.data->>'conclusion' = 'success' FROM events g
      WHERE g.pipeline_key = ${decided.pipelineKey} AND g.incident_id <> ${decided.incidentId} AND ${later(decided)}
        AND g.subject IN ('pipeline.finished', 'pipeline.failed') AND g.data->>'kind' = 'run'
      ORDER BY g.time, g.id LIMIT 1
    ), false)`;
}

/** SQL: the outcome that counts for the executed action `d`, and whether a heal was taken back: `outcome` and `reversed`; one row, or none. */
export function outcomeOf(d: string): string {
  return `SELECT h.outcome, h.healed AND h.outcome IN ('ineffective', 'harmful') AS reversed FROM healings h
    WHERE h.incident_id = ${d}.incident_id AND h.attempt = ${attempt(`${d}.data->'run'`)} AND h.action = ${d}.data->'action'->>'type'`;
}

/** SQL: whether the policy only watched, by chance, what the event `d` decided. */
export function heldOut(d: string): string {
  return `(${d}.data->>'status' = 'observed' AND coalesce(${d}.data->'reasons', '[]') @> '[{"check":"hold-out","allows":false}]')`;
}
