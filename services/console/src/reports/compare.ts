import { formatPercent } from '../model/format.ts';

/** `+4 points`; undefined: one of the two is not known. */
export function pointsBetween(now: number | null, before: number | null): string | undefined {
  if (now === null || before === null) return undefined;
  const points = Math.round(now * 100) - Math.round(before * 100);
  if (points === 0) return 'as before';
  return `${signed(points)} ${Math.abs(points) === 1 ? 'point' : 'points'}`;
}

/** `86% (80 to 91%)`: a rate with the interval that holds it at 95 %. */
export function rateWithInterval(rate: number | null, interval: { low: number; high: number } | null): string {
  if (rate === null || interval === null) return '–';
  return `${formatPercent(rate)} (${formatPercent(interval.low).slice(0, -1)} to ${formatPercent(interval.high)})`;
}

/** With its sign, the minus as a minus. */
export function signed(value: number): string {
  return value > 0 ? `+${value}` : `${value}`.replace('-', '−');
}

/** `1 action`, `2 actions`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
