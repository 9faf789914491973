import { Tooltip } from '@mantine/core';
import type { DependencyList } from '../gen/api.ts';
import { formatDuration, formatPercent } from '../model/format.ts';
import { segmentsOf } from '../model/state-segments.ts';
import { useNow } from '../shell/use-now.ts';
import classes from './dependencies.module.css';
import { STATE_LOOKS } from './states.ts';

const REFRESH_MS = 30_000;
export const STRIP_MS = 7 * 86_400_000;

type Dependency = DependencyList['items'][number];

/** How it was in the last 7 days, oldest to the left. */
export function StateStrip({ dependency }: { dependency: Dependency }) {
  const now = useNow(REFRESH_MS);
  const segments = segmentsOf(dependency.history, dependency.state, { from: now - STRIP_MS, to: now });
  const away = segments
    .filter(({ state }) => state === 'down' || state === 'suspected')
    .reduce((sum, { from, to }) => sum + to - from, 0);
  const known = segments.filter(({ state }) => state !== 'unknown').reduce((sum, { from, to }) => sum + to - from, 0);
  const says = known === 0 ? 'not known' : away === 0 ? 'never away' : `away ${formatDuration(away)}`;
  return (
    <span className={classes['history']}>
      <Tooltip label={known === 0 ? says : `${formatPercent(1 - away / known)} of the time that is known it was there`}>
        <span className={classes['strip']} role="img" aria-label={`In the last 7 days: ${says}`}>
          {segments.map(({ state, from, to }) => (
            <span
              key={from}
              data-tone={STATE_LOOKS[state].tone}
              style={{ width: `${Math.max(0.6, ((to - from) / STRIP_MS) * 100)}%` }}
            />
          ))}
        </span>
      </Tooltip>
      <span className={classes['stripSays']}>{says}</span>
    </span>
  );
}
