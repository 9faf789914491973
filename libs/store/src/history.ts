import { type Envelope, eventType, type Subject } from '@prunella/contracts';
import type { Transaction } from './store.ts';

/** The place in the history after an event. */
export interface HistoryPosition {
  /** ISO 8601 with microseconds, as Postgres keeps it. */
  time: string;
  id: string;
}

/** An event of the history, and its place. */
export interface HistoryItem {
  position: HistoryPosition;
  /** As it was published: a structured CloudEvent 1.0. */
  event: Pick<Envelope, 'id' | 'source' | 'data'> & { specversion: '1.0'; type: string; time: string };
}

/**
 * Events in the order of time, of several incidents at once; without the excerpts of logs, which are for people and the most of it.
 *
 * @param page `from` belongs to it, `to` does not; `limit`: at most so many; `after`: only what comes after this place.
 */
export async function history(
  manager: Transaction,
  page: { subjects: readonly Subject[]; from: Date; to: Date; limit: number; after?: HistoryPosition | undefined },
): Promise<HistoryItem[]> {
  const { subjects, from, to, limit, after } = page;
  const rows = await manager.query<
    { id: string; subject: Subject; source: string; eventId: string; time: Date; position: string; data: object }[]
  >(
    `SELECT id, subject, source, event_id AS "eventId", time, data - 'excerpts' AS data,
            to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position
     FROM events
     WHERE time >= $1 AND time < $2 AND ($3::timestamptz IS NULL OR (time, id) > ($3, $4)) AND subject = ANY($5::text[])
     ORDER BY time, id LIMIT $6`,
    [from, to, after?.time ?? null, after?.id ?? null, [...subjects], limit],
  );
  return rows.map(({ id, subject, source, eventId, time, position, data }) => ({
    position: { time: position, id },
    event: {
      ...{ specversion: '1.0', id: eventId, source, type: eventType(subject), time: time.toISOString() },
      data: data as Envelope['data'],
    },
  }));
}
