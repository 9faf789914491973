import { useQuery } from '@tanstack/react-query';
import { Hand, Pause, Sprout, Wrench } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { approvalsQuery, breakersQuery, rootCausesQuery } from '../api/answers.ts';
import { pipelineName } from '../model/story.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { Age } from '../parts/timestamp.tsx';
import classes from './overview.module.css';

const MOST_EACH = 5;

/** What waits for a human: answers, actions that rest, and what is healed again and again. */
export function NeedsYou() {
  const approvals = useQuery(approvalsQuery);
  const breakers = useQuery(breakersQuery);
  const causes = useQuery(rootCausesQuery);
  const waiting = approvals.data?.items ?? [];
  const resting = (breakers.data?.items ?? []).filter(({ open }) => open);
  const repeated = causes.data?.items ?? [];
  const isKnown = approvals.isSuccess && breakers.isSuccess && causes.isSuccess;
  const failed = [approvals, breakers, causes].find((query) => query.isError)?.error;
  const isEmpty = waiting.length + resting.length + repeated.length === 0;
  return (
    <Card title="Needs you" testId="needs-you">
      {failed && <p className={classes['nothing']}>Not all of it could be read: {failed.message}</p>}
      {isKnown && isEmpty && (
        <p className={classes['nothing']}>
          <Sprout size={17} aria-hidden /> Nothing waits for anybody.
        </p>
      )}
      <ul className={classes['needs']}>
        {waiting.slice(0, MOST_EACH).map((incident) => (
          <Need
            key={incident.id}
            tone="amber"
            icon={<Hand size={15} aria-hidden />}
            to={`/incidents/${encodeURIComponent(incident.id)}`}
            title={`${incident.action ? labelOf(ACTIONS, incident.action) : 'Action'} of ${incident.repository || pipelineName(incident)}?`}
            says={incident.explanation ?? ''}
            end={<Age at={incident.openedAt} />}
          />
        ))}
        {resting.slice(0, MOST_EACH).map((breaker) => (
          <Need
            key={breaker.id}
            tone="red"
            icon={<Pause size={15} aria-hidden />}
            to="/learning"
            title={`${labelOf(ACTIONS, breaker.action)} rests on ${breaker.platform}`}
            says={breaker.reason ?? ''}
            end={breaker.openedAt && <Age at={breaker.openedAt} />}
          />
        ))}
        {repeated.slice(0, MOST_EACH).map((cause) => (
          <Need
            key={`${cause.target} ${cause.fingerprint}`}
            tone="violet"
            icon={<Wrench size={15} aria-hidden />}
            to="/debts"
            title={cause.what}
            says={`healed ${cause.count} times in a week${cause.owner ? `, ${cause.owner} repairs it` : ''}: ${cause.fix}`}
            end={<Age at={cause.lastAt} />}
          />
        ))}
      </ul>
    </Card>
  );
}

interface NeedProps {
  tone: 'amber' | 'red' | 'violet';
  icon: ReactNode;
  to: string;
  title: string;
  says: string;
  end: ReactNode;
}

function Need({ tone, icon, to, title, says, end }: NeedProps) {
  return (
    <li data-tone={tone}>
      <span className={classes['needIcon']}>{icon}</span>
      <div className={classes['needText']}>
        <Link to={to} data-list-item>
          {title}
        </Link>
        {says && <span>{says}</span>}
      </div>
      <span className={classes['needEnd']}>{end}</span>
    </li>
  );
}
