import type { Incident } from '../model/incident.ts';
import { pipelineName, tellStory } from '../model/story.ts';
import { SimulatedBadge } from '../parts/simulated-badge.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Age } from '../parts/timestamp.tsx';
import classes from './incident.module.css';

/** What it is about, and the whole story in a sentence or two. */
export function IncidentHeader({ incident }: { incident: Incident }) {
  const why = incident.closedAt ? incident.outcomeReason : incident.reason;
  return (
    <header className={classes['header']}>
      <div className={classes['headerLine']}>
        <StatusBadge incident={incident} large />
        <span className={classes['headerNames']}>
          {incident.repository && <strong>{incident.repository}</strong>}
          <span>{pipelineName(incident)}</span>
        </span>
        {incident.simulated && <SimulatedBadge />}
        <span className={classes['headerAge']}>
          opened <Age at={incident.openedAt} />
        </span>
      </div>
      <h1 data-testid="incident-story" aria-live="polite">
        {tellStory(incident)}
      </h1>
      {why && <p className={classes['headerReason']}>{why}</p>}
    </header>
  );
}
