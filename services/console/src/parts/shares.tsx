import { Tooltip } from '@mantine/core';
import classes from './parts.module.css';
import type { Tone } from './status.ts';

interface Share {
  label: string;
  count: number;
  tone: Tone;
}

/** Parts of a whole as a bar; the numbers are said to those who can't see it, and shown to those who point at it. */
export function Shares({ parts }: { parts: readonly Share[] }) {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const shown = parts.filter(({ count }) => count > 0);
  const says = shown.map(({ label, count }) => `${count} ${label}`).join(', ') || 'nothing yet';
  return (
    <Tooltip label={says}>
      <span className={classes['shares']} role="img" aria-label={says}>
        {shown.map(({ label, count, tone }) => (
          <span key={label} data-tone={tone} style={{ width: `${(count / total) * 100}%` }} />
        ))}
      </span>
    </Tooltip>
  );
}
