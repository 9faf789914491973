import type { Entry } from './entry.ts';

/**
 * Of two states of the same entry the one that holds: the later change. Which one came first over the bus, and how often, does not matter: all who
 * have heard the same changes have the same list.
 */
export function newest<E extends Pick<Entry, 'at' | 'eventId'>>(a: E, b: E): E {
  const later = Date.parse(b.at) - Date.parse(a.at);
  if (later !== 0) return later > 0 ? b : a;
  return b.eventId > a.eventId ? b : a;
}

/** The entries by id after some more changes. */
export function fold(entries: ReadonlyMap<string, Entry>, changes: Iterable<Entry>): ReadonlyMap<string, Entry> {
  const next = new Map(entries);
  for (const change of changes) {
    const known = next.get(change.entryId);
    next.set(change.entryId, known === undefined ? change : newest(known, change));
  }
  return next;
}
