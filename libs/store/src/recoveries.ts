const attempt = (json: string) => `greatest((${json}->>'attempt')::int, 1)`;
const NOT_TAKEN_BACK = `coalesce(o.data->>'reverses', '') = ''`;
const TAKEN_BACK = `o.data->>'reverses' <> '' AND o.data->>'outcome' IN ('ineffective', 'harmful')`;

/**
 * SQL: whether what was decided by the event `d` became well within `within` (SQL of an interval) without an action of ours: a later attempt of the same
 * run succeeded, a deployment became well, or the next run did where runs have no id. Whoever began it.
 */
export function recoveredBy(d: string, within: string): string {
  const later = (g: string) => `${g}.time > ${d}.time AND ${g}.time <= ${d}.time + ${within}`;
  return `(EXISTS (
      SELECT 1 FROM events g
      WHERE g.incident_id = ${d}.incident_id AND g.subject = 'pipeline.finished' AND g.data->>'conclusion' = 'success'
        AND ${later('g')}
        AND (g.data->>'kind' = 'deployment' OR g.data->>'kind' = 'run' AND ${attempt('g.data')} > ${attempt(`${d}.data->'run'`)})
    ) OR ${d}.pipeline_key IS NOT NULL AND coalesce((
      SELECT g.data->>'conclusion' = 'success' FROM events g
      WHERE g.pipeline_key = ${d}.pipeline_key AND g.incident_id <> ${d}.incident_id AND ${later('g')}
        AND g.subject IN ('pipeline.finished', 'pipeline.failed') AND g.data->>'kind' = 'run'
      ORDER BY g.time, g.id LIMIT 1
    ), false))`;
}

/** SQL: the outcome that counts for the executed action `d`, and whether a heal was taken back: `outcome` and `reversed`; one row. */
export function outcomeOf(d: string): string {
  const first = (which: string) => `SELECT o.data->>'outcome' AS outcome FROM events o
    WHERE o.lasting AND o.incident_id = ${d}.incident_id AND o.subject = 'outcome.observed'
      AND o.data->>'action' = ${d}.data->'action'->>'type' AND o.data->'run'->'attempt' = ${d}.data->'run'->'attempt' AND ${which}
    ORDER BY o.time, o.id LIMIT 1`;
  return `SELECT coalesce(back.outcome, said.outcome) AS outcome, back.outcome IS NOT NULL AS reversed
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (${first(NOT_TAKEN_BACK)}) said ON true
    LEFT JOIN LATERAL (${first(TAKEN_BACK)}) back ON said.outcome = 'healed'`;
}

/** SQL: whether the policy only watched, by chance, what the event `d` decided. */
export function heldOut(d: string): string {
  return `(${d}.data->>'status' = 'observed' AND ${chosen(d, false)})`;
}

/** SQL: whether chance chose to act on what the event `d` decided. */
export function actedByChance(d: string): string {
  return chosen(d, true);
}

function chosen(d: string, allows: boolean): string {
  return `coalesce(${d}.data->'reasons', '[]') @> '[{"check":"hold-out","allows":${allows}}]'`;
}
