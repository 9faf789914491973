import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react';
import { incidentsQuery } from '../api/queries.ts';
import { type Filter, writeFilter } from '../model/filter.ts';
import { dropJoined, EMPTY_LIST, foldIncident, type LiveList, mergePages, release } from '../model/fold.ts';
import type { Incident } from '../model/incident.ts';
import { useJoinedIncidents, useLiveIncidents } from '../shell/live-context.ts';
import { useHold } from './use-hold.ts';

/** A row that was taken away, because it is a part of another incident. */
export interface TakenAway {
  incident: Incident;
  /** That other one. */
  into: string;
}

/** So many are named; more at once have one cause. */
const MOST_NAMED = 3;

/**
 * The list of one filter: the API's pages and, folded into them, what happens live. While the reader has scrolled or
 * has the pointer on the list (give it `holdProps`) new incidents wait in `list.waiting`, until `showWaiting` or until
 * the reader lets go.
 */
export function useIncidentList(filter: Filter) {
  const key = writeFilter(filter).toString();
  const query = useInfiniteQuery(incidentsQuery(filter));
  const [{ of, list }, setList] = useState<{ of: string; list: LiveList }>({ of: key, list: EMPTY_LIST });
  const showWaiting = useCallback(() => setList((before) => ({ ...before, list: release(before.list) })), []);
  const { isHeld, holdProps } = useHold(showWaiting);
  const current = of === key ? list : EMPTY_LIST;
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [takenAway, setTakenAway] = useState<readonly TakenAway[]>([]);
  // What was answered before does not bring them back.
  const pages = useMemo(
    () => query.data?.pages.flatMap((page) => page.items).filter(({ id }) => !gone.has(id)),
    [query.data, gone],
  );

  const update = useEffectEvent((change: (before: LiveList) => LiveList) => {
    setList((before) => ({ of: key, list: change(before.of === key ? before.list : EMPTY_LIST) }));
  });
  const merge = useEffectEvent(() => {
    if (!pages) return;
    const held = isHeld();
    update((before) => mergePages(before, pages, held));
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is what a new merge is for
  useEffect(() => merge(), [pages, key]);

  useLiveIncidents(
    (incident) => {
      const held = isHeld();
      if (pages) update((before) => foldIncident(before, incident, filter, held));
    },
    () => void query.refetch(),
  );

  useJoinedIncidents(({ id, incidentId }) => {
    setGone((before) => new Set([...before, id]));
    const row = [...current.shown, ...current.waiting].find((incident) => incident.id === id);
    if (row === undefined) return;
    update((before) => dropJoined(before, id));
    setTakenAway((before) => [{ incident: row, into: incidentId }, ...before].slice(0, MOST_NAMED));
  });

  return {
    list: current,
    takenAway,
    forgetTakenAway: () => setTakenAway([]),
    query,
    /** True until the first answer is on the screen. */
    loading: query.isPending || (pages !== undefined && pages.length > 0 && current.shown.length === 0 && of !== key),
    showWaiting,
    holdProps,
  };
}
