import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { correlationQuery } from '../api/answers.ts';
import type { IncidentCorrelation } from '../gen/api.ts';
import { formatDuration } from '../model/format.ts';
import { saidIn } from '../model/logged.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { Clock } from '../parts/timestamp.tsx';
import classes from './around.module.css';

type Around = IncidentCorrelation['actions'][number];
type Near = Around['before'][number];

/** What else failed or alerted around each action. Nothing where nothing was done. */
export function NearCard({ id, acted }: { id: string; acted: boolean }) {
  const { data } = useQuery({ ...correlationQuery(id), enabled: acted });
  if (data === undefined || data.actions.length === 0) return null;
  const [first] = data.actions;
  return (
    <Card
      title={`Within ${first?.withinMinutes ?? 5} minutes of the action`}
      about="Other failures and alerts of the same workload, repository or environment. That they came together says nothing of why."
      testId="near"
    >
      {data.actions.map((action) => (
        <AroundOne key={`${action.attempt} ${action.at}`} action={action} />
      ))}
    </Card>
  );
}

function AroundOne({ action }: { action: Around }) {
  const near = [...action.before, ...action.after].sort((a, b) => a.seconds - b.seconds);
  const lines = [...action.logs, ...action.healing].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <>
      <p className={classes['moment']}>
        {labelOf(ACTIONS, action.action)} of attempt {action.attempt} at <Clock at={action.at} />
      </p>
      {near.length === 0 ? (
        <p className={classes['nothing']}>Nothing else was told around it.</p>
      ) : (
        <ul className={classes['list']}>
          {near.map((one) => (
            <NearOne key={`${one.incidentId} ${one.at}`} near={one} />
          ))}
        </ul>
      )}
      {action.more && <p className={classes['nothing']}>There were more; these are the nearest.</p>}
      {lines.length > 0 && (
        <section className={classes['lokiLines']} aria-label="What the logs say of that time">
          {lines.map(({ at, text }) => (
            <div key={`${at} ${text}`}>{saidIn(text)}</div>
          ))}
        </section>
      )}
    </>
  );
}

function NearOne({ near }: { near: Near }) {
  const seconds = Math.abs(near.seconds) * 1_000;
  return (
    <li data-after={near.seconds >= 0 || undefined}>
      <span className={classes['when']}>
        {formatDuration(seconds)} {near.seconds < 0 ? 'before' : 'after'}
      </span>
      <span>
        <Link to={`/incidents/${encodeURIComponent(near.incidentId)}`} data-list-item>
          {[near.repository, near.name].filter(Boolean).join(' ') || near.pipelineId}
        </Link>
        <span className={classes['note']}>{near.message}</span>
      </span>
      <span className={classes['when']}>
        {near.source}, same {near.same.join(' and ')}
      </span>
    </li>
  );
}
