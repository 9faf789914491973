import { Tooltip } from '@mantine/core';
import { formatPercent } from '../model/format.ts';
import classes from './parts.module.css';

/** How likely the action heals, 0 to 1, as a small bar with its number. */
export function ConfidenceBar({ value, label = 'Confidence' }: { value: number | null; label?: string }) {
  if (value === null || value === undefined) return <span className={classes['muted']}>–</span>;
  const percent = formatPercent(value);
  return (
    <Tooltip label={`${label}: ${percent}`}>
      <span className={classes['confidence']} role="img" aria-label={`${label} ${percent}`}>
        <span className={classes['track']} aria-hidden>
          <span className={classes['fill']} style={{ width: percent }} />
        </span>
        <span className={classes['confidenceNumber']} aria-hidden>
          {percent}
        </span>
      </span>
    </Tooltip>
  );
}
