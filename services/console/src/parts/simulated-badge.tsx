import { Tooltip } from '@mantine/core';
import { FlaskConical } from 'lucide-react';
import classes from './parts.module.css';

/** Marks what comes from the playground. */
export function SimulatedBadge() {
  return (
    <Tooltip label="From the playground: a simulated platform, nothing real was touched" multiline maw={260}>
      <span className={classes['simulated']} data-testid="simulated">
        <FlaskConical size={11} strokeWidth={2.2} aria-hidden />
        simulated
      </span>
    </Tooltip>
  );
}
