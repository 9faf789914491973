import type { QuarantineChanged } from '@prunella/contracts';
import { MoreThan } from 'typeorm';
import type { Transaction } from './store.ts';
import { EventRow } from './tables/event.ts';

/** Ids of the incidents of which there are events that last, in order, after `after`. */
export async function incidentIdsIn(manager: Transaction, after: string, limit: number): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(
    `SELECT DISTINCT incident_id AS id FROM events WHERE lasting AND incident_id > $1 ORDER BY incident_id LIMIT $2`,
    [after, limit],
  );
  return rows.map(({ id }) => id);
}

/** All changes of tests in quarantine, by the ids of their events: those after `after`. */
export async function quarantineChanges(
  manager: Transaction,
  after: string,
  limit: number,
): Promise<(QuarantineChanged & { eventId: string; recordId: string })[]> {
  const rows = await manager.find(EventRow, {
    where: { subject: 'quarantine.changed', id: MoreThan(after) },
    order: { id: 'ASC' },
    take: limit,
  });
  return rows.map(({ id, eventId, data }) => ({ ...(data as QuarantineChanged), eventId, recordId: id }));
}
