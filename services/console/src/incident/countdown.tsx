import { formatDuration } from '../model/format.ts';
import { Clock } from '../parts/timestamp.tsx';
import { useNow } from '../shell/use-now.ts';
import classes from './incident.module.css';

/** Counts down to the moment an action is due. */
export function Countdown({ dueAt }: { dueAt: string }) {
  const left = Date.parse(dueAt) - useNow(1_000);
  return (
    <p className={classes['countdown']} role="timer" data-testid="countdown">
      {left > 0 ? (
        <>
          Due in <b>{formatDuration(left)}</b> at <Clock at={dueAt} />
        </>
      ) : (
        'Due now'
      )}
    </p>
  );
}
