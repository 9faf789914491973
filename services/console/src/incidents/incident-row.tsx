import type { ActionStatus } from '@prunella/contracts';
import { GitBranch } from 'lucide-react';
import { memo, useState } from 'react';
import { Link } from 'react-router';
import { formatDuration } from '../model/format.ts';
import type { Incident } from '../model/incident.ts';
import { pipelineName } from '../model/story.ts';
import { ACTIONS, CAUSES, labelOf, OUTCOME_LABELS, STATUS_LABELS, VERDICTS } from '../model/words.ts';
import { actionIcon } from '../parts/action-icon.ts';
import { ConfidenceBar } from '../parts/confidence-bar.tsx';
import { SimulatedBadge } from '../parts/simulated-badge.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Age } from '../parts/timestamp.tsx';
import classes from './incidents.module.css';

/** A row that is younger than this when it appears lights up for a moment. */
const FRESH_MS = 8_000;

/** One incident in the list. The whole row leads to its page. */
export const IncidentRow = memo(function IncidentRow({ incident }: { incident: Incident }) {
  const [fresh] = useState(() => Date.now() - Date.parse(incident.openedAt) < FRESH_MS);
  return (
    <li
      className={classes['row']}
      data-fresh={fresh || undefined}
      data-testid="incident-row"
      data-incident-id={incident.id}
    >
      <div className={classes['cellStatus']}>
        <StatusBadge incident={incident} />
        <span className={classes['took']}>{took(incident)}</span>
      </div>
      <div className={classes['cellMain']}>
        <div className={classes['names']}>
          <Link to={`/incidents/${encodeURIComponent(incident.id)}`} className={classes['link']} data-list-item>
            {incident.repository && <span className={classes['repository']}>{incident.repository}</span>}
            <span className={classes['pipeline']}>{pipelineName(incident)}</span>
          </Link>
          {incident.branch && (
            <span className={classes['branch']}>
              <GitBranch size={12} aria-hidden />
              <span>{incident.branch}</span>
            </span>
          )}
          {incident.simulated && <SimulatedBadge />}
        </div>
        <div className={classes['why']} title={incident.explanation ?? undefined}>
          {incident.cause && <span className={classes['cause']}>{labelOf(CAUSES, incident.cause)}</span>}
          <span className={classes['explanation']}>{incident.explanation || 'Not diagnosed yet'}</span>
        </div>
      </div>
      <ActionCell incident={incident} />
      <div className={classes['cellConfidence']}>
        <ConfidenceBar value={incident.confidence} />
      </div>
      <div className={classes['cellAge']}>
        <Age at={incident.openedAt} />
      </div>
    </li>
  );
});

function ActionCell({ incident }: { incident: Incident }) {
  if (!incident.action) return <div className={classes['cellAction']} />;
  const Icon = actionIcon(incident.action);
  return (
    <div className={classes['cellAction']}>
      <span className={classes['action']}>
        <Icon size={14} aria-hidden />
        {labelOf(ACTIONS, incident.action)}
      </span>
      <span className={classes['verdict']} title={incident.reason ?? undefined}>
        {verdictLine(incident)}
      </span>
    </div>
  );
}

/** What the policy said and, where that is not the same thing again, what became of it. */
function verdictLine({ verdict, status }: Incident): string {
  const words = [verdict && labelOf(VERDICTS, verdict), status && !SAME.has(status) && labelOf(STATUS_LABELS, status)];
  return words.filter(Boolean).join(' · ');
}

const SAME: ReadonlySet<ActionStatus> = new Set(['recommended', 'handed_over', 'observed']);

/** How long it was open, for closed ones; the outcome of what was tried before, for those that were left. */
function took({ openedAt, closedAt, outcome }: Incident): string {
  if (outcome && !closedAt) return `after: ${labelOf(OUTCOME_LABELS, outcome).toLowerCase()}`;
  return closedAt ? `in ${formatDuration(Date.parse(closedAt) - Date.parse(openedAt))}` : '';
}
