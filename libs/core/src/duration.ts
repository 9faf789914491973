import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;

/** Milliseconds of a duration such as `500ms`, `5s`, `10m`, `1.5h`, `2d`; undefined: not a duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  const factor = UNITS[unit ?? ''];
  return factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** The shortest exact way to write a duration: 90000 is `90s`, 600000 is `10m`. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's']) {
    const factor = UNITS[unit] as number;
    if (ms >= factor && ms % factor === 0) return `${ms / factor}${unit}`;
  }
  return ms >= 1_000 ? `${ms / 1_000}s` : `${ms}ms`;
}

/** A duration in a configuration file: text with a unit in, milliseconds out. */
export const Duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, {
    error: 'expected a duration such as 500ms, 5s, 10m, 1.5h or 2d',
  })
  .transform((text) => parseDuration(text) ?? 0);
