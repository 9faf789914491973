import { Tooltip } from '@mantine/core';
import { formatAge, formatUntil, toUtc } from '../model/format.ts';
import { useNow } from '../shell/use-now.ts';
import { useTimes } from './use-times.ts';

const REFRESH_MS = 5_000;

/** A moment as its age; the exact time shows on hover and focus. */
export function Age({ at }: { at: string }) {
  const now = useNow(REFRESH_MS);
  const { exact } = useTimes();
  return (
    <Tooltip label={exact(at)}>
      <time dateTime={toUtc(at)}>{formatAge(at, now)}</time>
    </Tooltip>
  );
}

/** A moment ahead as how far it is, e.g. `in 3 d`; past: as its age. */
export function Until({ at }: { at: string }) {
  const now = useNow(REFRESH_MS);
  const { exact } = useTimes();
  return (
    <Tooltip label={exact(at)}>
      <time dateTime={toUtc(at)}>{formatUntil(at, now)}</time>
    </Tooltip>
  );
}

/** A moment as clock time with its zone, and its day where that is not today; the exact one shows on hover. */
export function Clock({ at }: { at: string }) {
  const { exact, clock } = useTimes();
  return (
    <Tooltip label={exact(at)}>
      <time dateTime={toUtc(at)}>{clock(at)}</time>
    </Tooltip>
  );
}

/** A moment with day, clock time and zone. */
export function Exact({ at }: { at: string }) {
  const { exact } = useTimes();
  return <time dateTime={toUtc(at)}>{exact(at)}</time>;
}
