const DAY_MS = 86_400_000;
/** What is older than so many half-lives weighs less than a thousandth, and counts no more. */
const HALF_LIVES = 10;

/** The UTC day of a time, as `2026-11-28`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** How much evidence of a time counts now: 1 today, half of it each half-life earlier, 0 after ten of them. By whole UTC days, so that it is the same all day. */
export function weightAt(at: number, now: number, halfLifeMs: number): number {
  const days = Math.max(0, Math.floor(now / DAY_MS) - Math.floor(at / DAY_MS));
  const halfLives = (days * DAY_MS) / halfLifeMs;
  return halfLives > HALF_LIVES ? 0 : 2 ** -halfLives;
}

/** All days that count now, the newest first, each with its weight. */
export function dayWeights(now: number, halfLifeMs: number): { day: string; weight: number }[] {
  const days = Math.floor((HALF_LIVES * halfLifeMs) / DAY_MS) + 1;
  return Array.from({ length: days }, (_, back) => {
    const at = now - back * DAY_MS;
    return { day: dayOf(at), weight: weightAt(at, now, halfLifeMs) };
  });
}
