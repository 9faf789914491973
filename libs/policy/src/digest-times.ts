import { DIGEST_DAYS, type DigestSettings } from './reports.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * The newest digest that is due: what it is about, in ms since the epoch. `to` is when it became due, at `now` or before; `from` when the one before
 * it did. A time of the day that the clocks leave out is taken as an hour later.
 */
export function digestDue(settings: DigestSettings, now: number): { from: number; to: number } {
  const [hours = 0, minutes = 0] = settings.at.split(':').map(Number);
  const weekday = settings.every === 'day' ? undefined : DIGEST_DAYS.indexOf(settings.day ?? 'mon');
  // A day as if it were one in UTC: only its date counts.
  const today = Math.floor((now + offsetAt(now, settings.zone)) / DAY_MS);
  const due: number[] = [];
  for (let day = today; due.length < 2; day -= 1) {
    if (weekday !== undefined && new Date(day * DAY_MS).getUTCDay() !== weekday) continue;
    const at = instantOf(day * DAY_MS + (hours * 60 + minutes) * MINUTE_MS, settings.zone);
    if (at <= now) due.push(at);
  }
  const [to = 0, from = 0] = due;
  return { from, to };
}

/** When a clock in a zone shows what a clock in UTC shows at `shown`. */
function instantOf(shown: number, zone: string): number {
  const near = shown - offsetAt(shown, zone);
  return shown - offsetAt(near, zone);
}

/** How far the clocks of a zone are ahead of UTC, in ms. */
function offsetAt(at: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(at / 1_000) * 1_000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than using it. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const numeric = 'numeric' as const;
  const known =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: zone, calendar: 'gregory', hourCycle: 'h23' },
      ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
    });
  formats.set(zone, known);
  return known;
}
