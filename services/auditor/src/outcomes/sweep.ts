import { type ReturnedFailure, returnedFailures, type Store, tryLock, unsettledSince } from '@prunella/store';
import { type Audited, conclude } from '../audit.ts';
import { lockKeys } from '../ledger/record.ts';
import type { AuditSettings } from '../settings.ts';
import { workloadActions } from './proof.ts';
import type { Moment } from './settle.ts';

const AT_A_TIME = 100;

/**
 * Settles the actions whose time is over, and takes back the heals of failures that returned. Incidents that another replica works on right
 * now are left to it.
 *
 * @returns what was newly recorded.
 */
export async function sweep(store: Store, moment: Moment, settings: AuditSettings): Promise<Audited> {
  const swept: Audited = { recorded: [], verdicts: [], opened: 0, learnt: false };
  for (const { id, pipelineKey, returned } of await due(store, moment, settings)) {
    const keys = lockKeys({ incidentId: id, pipelineKey });
    const { observed, verdicts, learnt } = await store.transaction(async (transaction) =>
      (await tryLock(transaction, keys))
        ? await conclude(transaction, [id], [], moment, settings, returned)
        : { observed: [], verdicts: [], learnt: false },
    );
    swept.recorded.push(...observed);
    swept.verdicts.push(...verdicts);
    swept.learnt ||= learnt;
  }
  return swept;
}

interface Due {
  id: string;
  pipelineKey: string | null;
  returned: ReturnedFailure[];
}

async function due(store: Store, { now, heardUntil }: Moment, settings: AuditSettings): Promise<Due[]> {
  const before = new Date(heardUntil - settings.settleWithinMs);
  const unsettled = await store.read((manager) => unsettledSince(manager, before, AT_A_TIME));
  const returned = await store.read((manager) =>
    returnedFailures(manager, {
      // Its proof may be told late, and so may the failure.
      since: new Date(now - 2 * settings.reverseWithinMs),
      withinMs: settings.reverseWithinMs,
      limit: AT_A_TIME,
      workloadActions,
    }),
  );
  const found = new Map<string, Due>(unsettled.map(({ id, pipelineKey }) => [id, { id, pipelineKey, returned: [] }]));
  for (const failure of returned) {
    const { incidentId: id, pipelineKey } = failure;
    const incident = found.get(id) ?? { id, pipelineKey, returned: [] };
    incident.returned.push(failure);
    found.set(id, incident);
  }
  return [...found.values()];
}
