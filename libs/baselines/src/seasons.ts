import { clamped, rounded } from './stats.ts';

/** How often a weekday or an hour was seen, and by how much it differs from the level, on the baseline's scale. */
export type Slot = readonly [seen: number, offset: number];

/** Weekdays from Sunday on, and hours, both in UTC. */
export interface Seasons {
  weekdays: readonly Slot[];
  hours: readonly Slot[];
}

/** By how much the level differs at a time. */
export interface Season {
  weekday: number;
  hour: number;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A slot begins at nothing, and so many sightings that is worth: few are believed in part. */
const PRIOR = 8;
/** Old sightings fade: about so many count. */
const MEMORY = 30;

export const noSeasons: Seasons = {
  weekdays: Array.from({ length: 7 }, () => [0, 0] as const),
  hours: Array.from({ length: 24 }, () => [0, 0] as const),
};

/** 0 is Sunday. `at` in ms since the epoch. */
export function weekdayOf(at: number): number {
  // 1 January 1970 was a Thursday.
  return (((Math.floor(at / DAY_MS) + 4) % 7) + 7) % 7;
}

/** 0 to 23, UTC. */
export function hourOf(at: number): number {
  return ((Math.floor(at / HOUR_MS) % 24) + 24) % 24;
}

export function seasonAt({ weekdays, hours }: Seasons, at: number): Season {
  return { weekday: weekdays[weekdayOf(at)]?.[1] ?? 0, hour: hours[hourOf(at)]?.[1] ?? 0 };
}

/** What was missed by `error` at this time moves the slots, one outlier at most by `most`. */
export function withError({ weekdays, hours }: Seasons, at: number, error: number, most: number): Seasons {
  const step = clamped(error, -most, most);
  return { weekdays: moved(weekdays, weekdayOf(at), step), hours: moved(hours, hourOf(at), step) };
}

function moved(slots: readonly Slot[], index: number, error: number): Slot[] {
  return slots.map((slot, at) => {
    if (at !== index) return slot;
    const [seen, offset] = slot;
    const share = Math.max(1 / (seen + 1 + PRIOR), 1 / MEMORY);
    // It forgets a little each time, or slots and level could drift apart for ever.
    return [Math.min(seen + 1, 999), rounded(offset * 0.999 + share * error)];
  });
}
