import { z } from 'zod';
import { Match } from './match.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const WEEK_MINUTES = 7 * 24 * 60;
const MOMENT = /^(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):([0-5]\d)$/;

const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'expected a name of small letters, digits and hyphens' })
  .describe('Shown in the reason of each decision that it changes.');
const Where = Match.optional().describe('What is frozen. Not given: everything.');
const Moment = z.string().regex(MOMENT, { error: 'expected a day and a time such as "fri 16:00"' });
/** A time zone by its IANA name. */
export const Zone = z.string().refine(isZone, { error: 'expected a time zone such as Europe/Berlin or UTC' });

/** A time in which nothing is done by itself: between two dates, or every week between two moments. */
export const Freeze = z.union(
  [
    z.strictObject({
      name: Name,
      match: Where,
      from: z.iso.datetime({ offset: true }).describe('The first moment, e.g. "2026-12-20T00:00:00Z".'),
      to: z.iso.datetime({ offset: true }).describe('The first moment after it.'),
    }),
    z.strictObject({
      name: Name,
      match: Where,
      weekly: z
        .strictObject({
          from: Moment.describe('The first moment, e.g. "fri 16:00".'),
          to: Moment.describe('The first moment after it; it may be in the week after.'),
          zone: Zone.default('UTC').describe('Time zone, e.g. Europe/Berlin.'),
        })
        .describe('Every week between two moments.'),
    }),
  ],
  {
    error:
      'expected a freeze with name, and either from and to as dates or weekly: { from: "fri 16:00", to: "mon 08:00", zone }',
  },
);
export type Freeze = z.infer<typeof Freeze>;

/** Whether a freeze holds at a time. The first moment belongs to it, the last one does not. @param at in ms since the epoch. */
export function isFrozen(freeze: Freeze, at: number): boolean {
  if ('weekly' in freeze) {
    const { from, to, zone } = freeze.weekly;
    const [start, end, now] = [minuteOf(from), minuteOf(to), minuteAt(at, zone)];
    // From Friday to Monday goes over the end of the week.
    return start < end ? now >= start && now < end : now >= start || now < end;
  }
  return at >= Date.parse(freeze.from) && at < Date.parse(freeze.to);
}

/** Minutes since Monday, 0:00. */
function minuteOf(moment: string): number {
  const [, day = '', hour, minute] = MOMENT.exec(moment) ?? [];
  return (DAYS.indexOf(day as (typeof DAYS)[number]) * 24 + Number(hour)) * 60 + Number(minute);
}

function minuteAt(at: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? '';
  const day = DAYS.indexOf(part('weekday').toLowerCase().slice(0, 3) as (typeof DAYS)[number]);
  return (((day * 24 + Number(part('hour'))) * 60 + Number(part('minute'))) % WEEK_MINUTES) as number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than using it. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  formats.set(zone, known);
  return known;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
