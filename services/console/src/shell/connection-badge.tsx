import { Tooltip } from '@mantine/core';
import type { LiveState } from '../api/live.ts';
import { useLiveState } from './live-context.ts';
import classes from './shell.module.css';

const WORDS: Record<LiveState, { label: string; means: string; tone: string }> = {
  connecting: { label: 'Connecting', means: 'Opening the live connection to the auditor', tone: 'gray' },
  live: { label: 'Live', means: 'Changes appear as they happen', tone: 'green' },
  reconnecting: {
    label: 'Reconnecting',
    means: 'The live connection was lost; what is shown may be old. Trying again.',
    tone: 'amber',
  },
  paused: { label: 'Paused', means: 'Paused while this tab is in the background', tone: 'gray' },
};

/** Whether what is shown is current. */
export function ConnectionBadge() {
  const state = useLiveState();
  const { label, means, tone } = WORDS[state];
  return (
    <Tooltip label={means} multiline maw={260}>
      <span
        className={classes['connection']}
        data-tone={tone}
        data-state={state}
        data-testid="connection"
        role="status"
      >
        <span className={classes['dot']} aria-hidden />
        {label}
      </span>
    </Tooltip>
  );
}
