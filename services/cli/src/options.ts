import { iso, parseDuration, systemClock } from '@prunella/core';
import { type Argument, InvalidArgumentError, type Option } from 'commander';

/** A number of things, from 1 on. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1 on.');
  return value;
}

/** A duration in milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError('expected a duration such as 12h or 7d.');
  return ms;
}

/** A point in time as ISO 8601: a date, a time, `now`, or how long ago it was, such as `7d`. */
export function moment(text: string): string {
  if (text === 'now') return iso(systemClock.now());
  const ago = parseDuration(text);
  if (ago !== undefined) return iso(Math.max(0, systemClock.now() - ago));
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError(
      'expected a date such as 2026-11-01, a time such as 2026-11-01T12:00:00Z, 7d or now.',
    );
  }
  return iso(at);
}

/** Values that completion and help name; whether one is right is said later, by whoever knows more. */
export function offers<T extends Argument | Option>(one: T, values: readonly string[]): T {
  return Object.assign(one, { argChoices: [...values] });
}
