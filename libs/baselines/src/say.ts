import type { Judgement } from './judge.ts';
import { hourOf, weekdayOf } from './seasons.ts';

/** `s`: seconds, `ms`: milliseconds, `share`: 0 to 1. */
export type Unit = 's' | 'ms' | 'share';

const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'] as const;
/** A day or an hour is named where it makes so much of a difference. */
const WORTH_NAMING = 1.2;

/** `412 s; usual for Mondays: 95 s (80 to 130 s), from 60 runs; 4.3 times`. `at`: when, in ms since the epoch. */
export function say({ value, expected, low, high, ratio, samples, season }: Judgement, at: number, unit: Unit): string {
  const range = `${amount(low, unit, false)} to ${amount(high, unit)}`;
  const usual = `usual${when(season, at)}: ${amount(expected, unit)} (${range}), from ${samples} runs`;
  return `${amount(value, unit)}; ${usual}; ${short(ratio)} times`;
}

function when({ weekday, hour }: Judgement['season'], at: number): string {
  const day = differs(weekday) ? ` for ${DAYS[weekdayOf(at)]}` : '';
  const clock = differs(hour) ? ` at ${hourOf(at)} h UTC` : '';
  return `${day}${clock}`;
}

function differs(factor: number): boolean {
  return factor >= WORTH_NAMING || factor <= 1 / WORTH_NAMING;
}

function amount(value: number, unit: Unit, withUnit = true): string {
  const [number, name] = unit === 'share' ? [value * 100, '%'] : [value, unit];
  return withUnit ? `${short(number)} ${name}` : short(number);
}

/** Three digits are enough for people. */
function short(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(2)));
}
