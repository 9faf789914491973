import { Check, Minus } from 'lucide-react';
import type { PolicyReason } from '../model/incident.ts';
import classes from './incident.module.css';

/** Every check of the policy, with whether it let the action pass. */
export function ReasonList({ reasons }: { reasons: readonly PolicyReason[] }) {
  if (reasons.length === 0) return null;
  return (
    <ul className={classes['reasons']} data-testid="reasons">
      {reasons.map((reason) => (
        <li key={`${reason.check}:${reason.says}`} data-tone={reason.allows ? 'green' : 'red'}>
          <span className={classes['mark']} role="img" aria-label={reason.allows ? 'passes' : 'stops'}>
            {reason.allows ? (
              <Check size={12} strokeWidth={3} aria-hidden />
            ) : (
              <Minus size={12} strokeWidth={3} aria-hidden />
            )}
          </span>
          <span className={classes['check']}>{reason.check.replaceAll('-', ' ')}</span>
          <span className={classes['reasonSays']}>{reason.says}</span>
        </li>
      ))}
    </ul>
  );
}
