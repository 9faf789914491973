import { useSyncExternalStore } from 'react';
import { getZone, onZone } from '../api/zone.ts';
import { formatClock, formatExact } from '../model/format.ts';
import { timeZoneOf, type ZoneChoice } from '../model/zone.ts';

/** The time zone that was chosen. */
export function useZone(): ZoneChoice {
  return useSyncExternalStore(onZone, getZone);
}

/** Absolute times in the chosen zone, with its name. */
export function useTimes(): { exact: (at: string) => string; clock: (at: string) => string } {
  const timeZone = timeZoneOf(useZone());
  return {
    exact: (at) => formatExact(at, undefined, timeZone),
    clock: (at) => formatClock(at, Date.now(), undefined, timeZone),
  };
}
