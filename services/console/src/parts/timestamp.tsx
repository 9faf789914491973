import { Tooltip } from '@mantine/core';
import { formatAge, formatClock, formatExact, formatUntil } from '../model/format.ts';
import { useNow } from '../shell/use-now.ts';

const REFRESH_MS = 5_000;

/** A moment as its age; the exact time shows on hover and focus. */
export function Age({ at }: { at: string }) {
  const now = useNow(REFRESH_MS);
  return (
    <Tooltip label={formatExact(at)}>
      <time dateTime={at}>{formatAge(at, now)}</time>
    </Tooltip>
  );
}

/** A moment ahead as how far it is, e.g. `in 3 d`; past: as its age. */
export function Until({ at }: { at: string }) {
  const now = useNow(REFRESH_MS);
  return (
    <Tooltip label={formatExact(at)}>
      <time dateTime={at}>{formatUntil(at, now)}</time>
    </Tooltip>
  );
}

/** A moment as clock time; the exact one with its date shows on hover. */
export function Clock({ at }: { at: string }) {
  return (
    <Tooltip label={formatExact(at)}>
      <time dateTime={at}>{formatClock(at)}</time>
    </Tooltip>
  );
}
