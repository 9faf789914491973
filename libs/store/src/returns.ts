import { In } from 'typeorm';
import type { Transaction } from './store.ts';
import { type EventRecord, EventRow, recordOf } from './tables/event.ts';

/** A failure that came back after an action had healed it. */
export interface ReturnedFailure {
  /** The incident whose heal it takes back. */
  incidentId: string;
  pipelineKey: string | null;
  /** Record id of the `healed` that is taken back. */
  healedId: string;
  /** The diagnosis of the failure that came back. */
  returned: EventRecord<'diagnosis.made'>;
}

/**
 * Heals that no reversal took back yet, each with the first failure of the same fingerprint that came back within `withinMs` of the proof
 * (ADR 0016): for `workloadActions` on the same workload, to which nothing new was deployed since; for all others at the same commit of the
 * same pipeline, in a run that began after the proof.
 *
 * @param which `since`: only heals that were observed after it; `limit`: at most so many, the oldest first.
 */
export async function returnedFailures(
  manager: Transaction,
  which: { since: Date; withinMs: number; limit: number; workloadActions: readonly string[] },
): Promise<ReturnedFailure[]> {
  const rows = await manager.query<{ incidentId: string; pipelineKey: string | null; healedId: string; id: string }[]>(
    `SELECT o.incident_id AS "incidentId", o.pipeline_key AS "pipelineKey", o.id AS "healedId", back.id
     FROM events o
     CROSS JOIN LATERAL (SELECT coalesce((o.data->>'provenAt')::timestamptz, o.time) AS at) proof
     CROSS JOIN LATERAL (
       SELECT d.id FROM events d
       WHERE d.lasting AND d.subject = 'diagnosis.made' AND d.data->>'fingerprint' = o.data->>'fingerprint'
         AND d.time > proof.at AND d.time <= proof.at + $2 * interval '1 millisecond'
         AND CASE WHEN o.data->>'action' = ANY($3::text[]) THEN ${SAME_WORKLOAD} ELSE ${SAME_COMMIT} END
       ORDER BY d.time, d.id LIMIT 1
     ) back
     WHERE o.lasting AND o.subject = 'outcome.observed' AND o.data->>'outcome' = 'healed' AND o.time > $1
       AND coalesce(o.data->>'fingerprint', '') <> ''
       AND NOT EXISTS (SELECT 1 FROM events other WHERE ${SAME_ACTION} AND (${REVERSES} OR ${EARLIER}))
     ORDER BY o.time, o.id LIMIT $4`,
    [which.since, which.withinMs, [...which.workloadActions], which.limit],
  );
  const diagnoses = new Map(
    (await manager.findBy(EventRow, { id: In(rows.map((row) => row.id)) })).map((row) => [row.id, recordOf(row)]),
  );
  return rows.flatMap(({ id, ...heal }) => {
    const returned = diagnoses.get(id);
    return returned?.subject === 'diagnosis.made' ? [{ ...heal, returned }] : [];
  });
}

const SAME_ACTION = `other.lasting AND other.incident_id = o.incident_id AND other.subject = 'outcome.observed'
  AND other.data->>'action' = o.data->>'action' AND other.data->'run'->'attempt' = o.data->'run'->'attempt'`;
const REVERSES = `coalesce(other.data->>'reverses', '') <> ''`;
/** Only the first outcome of an action counts. */
const EARLIER = '(other.time, other.id) < (o.time, o.id)';

const run = (event: string, field: string) => `${event}.data->'run'->>'${field}'`;
const attempt = (event: string) => `greatest((${run(event, 'attempt')})::int, 1)`;
const same = (field: string) => `${run('d', field)} = ${run('o', field)}`;

/** Of one run: a later attempt than the one that proved it. Of another run: one that did not begin before the proof. */
const SAME_COMMIT = `(${run('o', 'headSha')} <> '' AND ${['headSha', 'pipelineId', 'repository', 'platform'].map(same).join(' AND ')}
  AND (d.incident_id <> o.incident_id OR ${attempt('d')} > ${attempt('o')} + 1)
  AND NOT EXISTS (
    SELECT 1 FROM events begun
    WHERE begun.incident_id = d.incident_id AND begun.subject IN ('pipeline.started', 'pipeline.finished', 'pipeline.failed')
      AND greatest((begun.data->>'attempt')::int, 1) = ${attempt('d')}
      AND (begun.data->>'startedAt')::timestamptz <= proof.at
  ))`;

const workload = (of: string, field: string) => `coalesce(${of}->'workload'->>'${field}', '')`;
const onSameWorkload = (of: string) =>
  ['namespace', 'name'].map((field) => `${workload(of, field)} = ${workload("o.data->'run'", field)}`).join(' AND ');
/** After a rollback whatever is deployed is new, the same commit too. */
const isNew = (of: string) => `coalesce(${of}->>'kind' = 'deployment' AND ${of}->>'headSha' <> ''
  AND (o.data->>'action' = 'rollback' OR ${of}->>'headSha' <> ${run('o', 'headSha')}), false)`;

const SAME_WORKLOAD = `(${workload("o.data->'run'", 'name')} <> '' AND ${onSameWorkload("d.data->'run'")}
  AND NOT ${isNew("d.data->'run'")}
  AND NOT EXISTS (
    SELECT 1 FROM events deployed
    WHERE deployed.subject = 'pipeline.finished' AND deployed.data->>'kind' = 'deployment'
      AND deployed.time > proof.at AND deployed.time <= d.time
      AND ${onSameWorkload('deployed.data')} AND ${isNew('deployed.data')}
  ))`;
