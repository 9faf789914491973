import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { similarQuery } from '../api/answers.ts';
import type { SimilarIncidents } from '../gen/api.ts';
import { pipelineName } from '../model/story.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { Shares } from '../parts/shares.tsx';
import type { Tone } from '../parts/status.ts';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Age } from '../parts/timestamp.tsx';
import classes from './around.module.css';

type Ending = SimilarIncidents['endings'][number];

/** What happened before like this, and how that ended. Nothing where nothing did. */
export function SimilarCard({ id }: { id: string }) {
  const { data } = useQuery(similarQuery(id));
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Card title="Others like it" about={data.says} testId="similar">
      <div className={classes['endings']}>
        <Shares
          parts={data.endings.map((ending) => ({
            label: wordOf(ending),
            count: ending.count,
            tone: TONES[ending.ending],
          }))}
        />
      </div>
      <ul className={classes['list']} aria-label="Incidents like this one, the newest first">
        {data.items.map(({ incident, alike }) => (
          <li key={incident.id}>
            <span>
              <StatusBadge incident={incident} />
            </span>
            <span>
              <Link to={`/incidents/${encodeURIComponent(incident.id)}`} data-list-item>
                {[incident.repository, pipelineName(incident)].filter(Boolean).join(' ')}
              </Link>
              <span className={classes['note']}>
                {[
                  incident.branch,
                  incident.action && labelOf(ACTIONS, incident.action).toLowerCase(),
                  alike === 'fingerprint' ? 'the same failure' : 'the same cause in the same pipeline',
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </span>
            <span className={classes['when']}>
              <Age at={incident.openedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const TONES: Record<Ending['ending'], Tone> = {
  healed: 'green',
  by_itself: 'blue',
  by_humans: 'violet',
  not_helped: 'amber',
  not_known: 'gray',
  left: 'gray',
  open: 'gray',
};

const WORDS: Record<Ending['ending'], string> = {
  healed: 'healed',
  by_itself: 'well again by itself',
  by_humans: 'well again after it was left to humans',
  not_helped: 'not helped',
  not_known: 'nobody knows',
  left: 'left to humans',
  open: 'still open',
};

function wordOf({ ending, action }: Ending): string {
  return action === null ? WORDS[ending] : `${WORDS[ending]} by ${labelOf(ACTIONS, action).toLowerCase()}`;
}
