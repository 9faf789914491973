import { InvalidArgumentError } from 'commander';

/** A number of things, from 1 on. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1 on.');
  return value;
}
