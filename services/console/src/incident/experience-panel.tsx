import type { ActionType } from '@prunella/contracts';
import { useQuery } from '@tanstack/react-query';
import { posteriorsQuery } from '../api/queries.ts';
import { formatPercent } from '../model/format.ts';
import type { Posterior } from '../model/incident.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import classes from './incident.module.css';

interface ExperiencePanelProps {
  decidedBy: string | null;
  action: ActionType | null;
}

/** How this action has done so far whenever the same rule or model proposed it. Shows nothing where nothing is known. */
export function ExperiencePanel({ decidedBy, action }: ExperiencePanelProps) {
  const { data } = useQuery({ ...posteriorsQuery(), enabled: Boolean(decidedBy && action) });
  const posterior = data?.items.find((item) => item.decidedBy === decidedBy && item.action === action);
  if (!posterior || posterior.samples === 0) return null;
  return (
    <section className={classes['panel']} data-testid="experience">
      <h2>Experience</h2>
      <p className={classes['panelText']}>
        {labelOf(ACTIONS, posterior.action)} after <code>{posterior.decidedBy}</code>, {posterior.samples}{' '}
        {posterior.samples === 1 ? 'time' : 'times'} so far
      </p>
      <Bar posterior={posterior} />
      <p className={classes['footnote']}>
        The rule by itself says {formatPercent(posterior.prior)}; with this experience it is{' '}
        {formatPercent(posterior.mean)}.
      </p>
    </section>
  );
}

function Bar({ posterior }: { posterior: Posterior }) {
  const parts = [
    { word: 'healed', count: posterior.healed, tone: 'green' },
    { word: 'ineffective', count: posterior.ineffective, tone: 'amber' },
    { word: 'harmful', count: posterior.harmful, tone: 'red' },
  ].filter((part) => part.count > 0);
  return (
    <>
      <div className={classes['shares']} aria-hidden>
        {parts.map((part) => (
          <span key={part.word} data-tone={part.tone} style={{ flexGrow: part.count }} />
        ))}
      </div>
      <ul className={classes['legend']}>
        {parts.map((part) => (
          <li key={part.word} data-tone={part.tone}>
            {part.count} {part.word}
          </li>
        ))}
      </ul>
    </>
  );
}
