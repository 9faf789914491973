import type { Incident } from '../model/incident.ts';
import classes from './parts.module.css';
import { statusOf } from './status.ts';

interface StatusBadgeProps {
  incident: Pick<Incident, 'outcome' | 'state'>;
  large?: boolean;
}

/** Outcome or state, as icon and word. */
export function StatusBadge({ incident, large = false }: StatusBadgeProps) {
  const { icon: Icon, tone, label } = statusOf(incident);
  return (
    <span
      className={classes['status']}
      data-tone={tone}
      data-large={large || undefined}
      data-testid="incident-status"
      data-state={incident.state}
      data-outcome={incident.outcome ?? undefined}
    >
      <Icon size={large ? 17 : 14} strokeWidth={2.2} aria-hidden />
      {label}
    </span>
  );
}
