import { iso, isSlackPerson } from '@prunella/core';
import { badRequest, parseInput } from '@prunella/service-kit';
import { z } from 'zod';

/** Text of a query that Postgres can compare. */
export const Text = z
  .string()
  .max(512)
  .refine((text) => !text.includes('\0'), { error: 'expected text without NUL' });

/** Who makes a change, where their token or sign-in does not say. */
export const By = Text.min(1)
  .max(256)
  .refine((by) => !isSlackPerson(by), {
    error: 'expected a name that does not begin with slack:, which only Slack vouches for',
  })
  .optional()
  .describe(
    'Who does it; it is recorded. With a token of their own, or signed in, it is their name, whatever stands here.',
  );

/** A point in time. */
export const Time = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: 'expected a date or a time such as 2026-11-01 or 2026-11-01T12:00:00Z',
});

/** Parses the query of a request. @throws ProblemException (400) naming the parameter, also one that does not exist. */
export function parseQuery<T extends z.ZodObject>(schema: T, query: Record<string, unknown>): z.infer<T> {
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw badRequest(unknown, `${unknown}: expected one of ${known.join(', ')}, found a parameter of another name`);
  }
  return parseInput(schema, query);
}

/**
 * The range that is asked for. Without an end it ends now, without a beginning it is as long as usual.
 *
 * @param now in ms since the epoch.
 * @throws ProblemException (400) when it ends before it begins.
 */
export function rangeOf(
  given: { from?: string | undefined; to?: string | undefined },
  usualMs: number,
  now: number,
): { from: Date; to: Date } {
  const to = given.to === undefined ? now : Date.parse(given.to);
  const from = given.from === undefined ? to - usualMs : Date.parse(given.from);
  if (from >= to) throw badRequest('from', `from: expected a time before ${iso(to)}, found ${iso(from)}`);
  return { from: new Date(from), to: new Date(to) };
}
