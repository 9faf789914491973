import { type Filter, matches } from './filter.ts';
import type { Incident } from './incident.ts';

/** What the list shows, and what waits until the reader lets it in. */
export interface LiveList {
  /** Newest first, by the time they were opened. */
  shown: Incident[];
  /** Newest first. Not shown yet, so that nothing moves under the pointer. */
  waiting: Incident[];
}

/** An incident that turned out to be a part of another. */
export interface Joined {
  id: string;
  /** The one that it is a part of. */
  incidentId: string;
}

export const EMPTY_LIST: LiveList = { shown: [], waiting: [] };

/** Takes an incident out that is a part of another; the same list where it is not in it. */
export function dropJoined(list: LiveList, id: string): LiveList {
  if (!find(list.shown, id) && !find(list.waiting, id)) return list;
  return { shown: without(list.shown, id), waiting: without(list.waiting, id) };
}

/**
 * Folds an incident that was created or changed into the list. A row that is shown changes in its place; a new one goes
 * to the waiting ones while `held`, else to its place. A row that no longer matches leaves unless `held`. An event that
 * is older than what is known changes nothing, so events may come twice and in any order.
 */
export function foldIncident(list: LiveList, incident: Incident, filter: Filter, held: boolean): LiveList {
  const known = find(list.shown, incident.id) ?? find(list.waiting, incident.id);
  if (known && Date.parse(known.updatedAt) > Date.parse(incident.updatedAt)) return list;
  const fits = matches(incident, filter);
  if (find(list.shown, incident.id)) {
    if (!fits && !held) return { ...list, shown: without(list.shown, incident.id) };
    return { ...list, shown: list.shown.map((row) => (row.id === incident.id ? incident : row)) };
  }
  const waiting = without(list.waiting, incident.id);
  if (!fits) return { ...list, waiting };
  if (held) return { ...list, waiting: insert(waiting, incident) };
  return { shown: insert(list.shown, incident), waiting };
}

/** Lets the waiting ones in. */
export function release(list: LiveList): LiveList {
  if (list.waiting.length === 0) return list;
  return { shown: list.waiting.reduce(insert, list.shown), waiting: [] };
}

/**
 * Lays what the API answered over what came live meanwhile: of each incident the later version stays, and what is
 * newer than the whole answer (it came while the answer was under way) stays too. While `held`, rows that would
 * appear above the shown ones wait.
 */
export function mergePages(list: LiveList, pages: readonly Incident[], held: boolean): LiveList {
  const live = new Map([...list.shown, ...list.waiting].map((row) => [row.id, row]));
  const answered = pages.map((row) => later(row, live.get(row.id)));
  const ids = new Set(answered.map((row) => row.id));
  const newest = pages[0] ? Date.parse(pages[0].openedAt) : Number.NEGATIVE_INFINITY;
  const newer = [...live.values()].filter((row) => !ids.has(row.id) && Date.parse(row.openedAt) > newest);
  const all = [...new Map([...newer, ...answered].map((row) => [row.id, row])).values()].sort(newestFirst);
  const first = list.shown[0];
  if (!held || !first) return { shown: all, waiting: [] };
  const waits = (row: Incident) => newestFirst(row, first) < 0;
  return { shown: all.filter((row) => !waits(row)), waiting: all.filter(waits) };
}

function later(answered: Incident, live: Incident | undefined): Incident {
  return live && Date.parse(live.updatedAt) > Date.parse(answered.updatedAt) ? live : answered;
}

function insert(rows: readonly Incident[], incident: Incident): Incident[] {
  const before = without(rows, incident.id);
  const at = before.findIndex((row) => newestFirst(incident, row) < 0);
  return at < 0 ? [...before, incident] : [...before.slice(0, at), incident, ...before.slice(at)];
}

function newestFirst(a: Incident, b: Incident): number {
  return Date.parse(b.openedAt) - Date.parse(a.openedAt) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

function find(rows: readonly Incident[], id: string): Incident | undefined {
  return rows.find((row) => row.id === id);
}

function without(rows: readonly Incident[], id: string): Incident[] {
  return rows.filter((row) => row.id !== id);
}
