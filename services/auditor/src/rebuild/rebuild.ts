import { isDeepStrictEqual } from 'node:util';
import { type Entry, fold } from '@prunella/quarantine';
import {
  debtIds,
  incidentIdsIn,
  incidentsById,
  lock,
  putQuarantine,
  quarantineById,
  quarantineChanges,
  type Store,
  sumUpDebts,
} from '@prunella/store';
import { derive } from '../audit.ts';
import { relearn } from '../learn/relearn.ts';
import { historiesOf } from '../ledger/history.ts';
import type { AuditSettings } from '../settings.ts';

const AT_A_TIME = 500;

/** What was told again from the events, and how much of it was other than before. */
export interface Rebuilt {
  incidents: number;
  /** Incidents that were other than what their events tell, or were not there. */
  incidentsChanged: number;
  debts: number;
  /** Tests whose state in quarantine was another, or that were not there. */
  quarantineChanged: number;
  /** Rules and actions of which something else was learnt. */
  confidenceChanged: number;
}

/**
 * Derives everything again from the recorded events: incidents, actions, debts, tests in quarantine, and what was learnt. Auditors may run meanwhile. The same
 * again changes nothing. Histories of tests stay as they are: which tests passed is kept with them only (ADR 0021); so do the standings of rules, which people
 * change too.
 *
 * @param onProgress told how many incidents are done.
 */
export async function rebuild(
  store: Store,
  now: number,
  settings: Pick<AuditSettings, 'policy'>,
  onProgress: (incidents: number) => void = () => undefined,
): Promise<Rebuilt> {
  const incidents = await rebuildIncidents(store, onProgress);
  return {
    ...incidents,
    debts: await rebuildDebts(store),
    quarantineChanged: await rebuildQuarantine(store),
    confidenceChanged: await store.transaction((transaction) => relearn(transaction, now, settings)),
  };
}

async function rebuildIncidents(store: Store, onProgress: (incidents: number) => void) {
  let [incidents, incidentsChanged] = [0, 0];
  for (let after = ''; ; ) {
    const ids = await store.read((manager) => incidentIdsIn(manager, after, AT_A_TIME));
    if (ids.length === 0) return { incidents, incidentsChanged };
    incidentsChanged += await store.transaction(async (transaction) => {
      await lock(transaction, ids);
      const before = new Map((await incidentsById(transaction, ids)).map((row) => [row.id, row.document]));
      await derive(transaction, await historiesOf(transaction, ids));
      const now = await incidentsById(transaction, ids);
      return now.filter((row) => !isDeepStrictEqual(row.document, before.get(row.id))).length;
    });
    incidents += ids.length;
    after = ids.at(-1) ?? after;
    onProgress(incidents);
  }
}

/** Also of those to which nothing was added: somebody may have said something of them. */
async function rebuildDebts(store: Store): Promise<number> {
  let debts = 0;
  for (let after = ''; ; ) {
    const ids = await store.read((manager) => debtIds(manager, after, AT_A_TIME));
    if (ids.length === 0) return debts;
    await store.transaction((transaction) => sumUpDebts(transaction, ids));
    debts += ids.length;
    after = ids.at(-1) ?? after;
  }
}

async function rebuildQuarantine(store: Store): Promise<number> {
  let changed = 0;
  for (let after = ''; ; ) {
    const page = await store.read((manager) => quarantineChanges(manager, after, AT_A_TIME));
    if (page.length === 0) return changed;
    const changes = page.map(({ recordId: _, ...change }): Entry => change);
    changed += await store.transaction(async (transaction) => {
      const ids = [...new Set(changes.map(({ entryId }) => entryId))];
      await lock(transaction, ids);
      const known = new Map((await quarantineById(transaction, ids)).map((entry) => [entry.entryId, entry]));
      const other = [...fold(known, changes).values()].filter((entry) => known.get(entry.entryId) !== entry);
      await putQuarantine(transaction, other);
      return other.length;
    });
    after = page.at(-1)?.recordId ?? after;
  }
}
