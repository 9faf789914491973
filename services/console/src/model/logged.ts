/** What a line of a log says to people: `msg` of what our services write, any other line as it is. */
export function saidIn(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { msg } = JSON.parse(line) as { msg?: unknown };
    return typeof msg === 'string' && msg !== '' ? msg : line;
  } catch {
    return line;
  }
}

/** A range of time in ms; `to` is not in it. */
export interface Span {
  from: number;
  to: number;
}

const AROUND_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

/** The ranges that a log is asked for, by what they are called. @param now in ms. */
export const SPANS: readonly {
  name: string;
  of(incident: { openedAt: string; closedAt: string | null }, now: number): Span;
}[] = [
  {
    name: 'This incident',
    of: ({ openedAt, closedAt }, now) => ({
      from: Date.parse(openedAt) - AROUND_MS,
      to: closedAt === null ? now : Date.parse(closedAt) + AROUND_MS,
    }),
  },
  { name: '24 hours', of: (_, now) => ({ from: now - DAY_MS, to: now }) },
  { name: '7 days', of: (_, now) => ({ from: now - 7 * DAY_MS, to: now }) },
];

/** A range of two fields for date and time, in UTC; undefined: it is none. */
export function spanOf(from: string, to: string): Span | undefined {
  const span = { from: Date.parse(`${from}Z`), to: Date.parse(`${to}Z`) };
  return span.from < span.to ? span : undefined;
}

/** The UTC time of a moment, as a field for date and time takes it. */
export function fieldOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16);
}
