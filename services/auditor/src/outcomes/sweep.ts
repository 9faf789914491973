import { type Store, tryLock, unsettledSince } from '@prunella/store';
import { type Audited, conclude } from '../audit.ts';
import { lockKeys } from '../ledger/record.ts';
import type { AuditSettings } from '../settings.ts';

const AT_A_TIME = 100;

/**
 * Settles the actions whose time is over. Incidents that another replica works on right now are left to it.
 *
 * @returns what was newly recorded.
 */
export async function sweep(store: Store, now: number, settings: AuditSettings): Promise<Audited> {
  const swept: Audited = { recorded: [], outcomes: [], opened: 0 };
  const before = new Date(now - settings.settleWithinMs);
  for (const incident of await store.read((manager) => unsettledSince(manager, before, AT_A_TIME))) {
    const keys = lockKeys({ incidentId: incident.id, pipelineKey: incident.pipelineKey });
    const { observed, outcomes } = await store.transaction(async (transaction) =>
      (await tryLock(transaction, keys))
        ? await conclude(transaction, [incident.id], [], now, settings)
        : { observed: [], outcomes: [] },
    );
    swept.recorded.push(...observed);
    swept.outcomes.push(...outcomes);
  }
  return swept;
}
