import { TriangleAlert } from 'lucide-react';
import { formatPercent } from '../model/format.ts';
import type { AlternativeCause } from '../model/incident.ts';
import type { DiagnosisStep } from '../model/steps.ts';
import { ACTIONS, CAUSES, labelOf } from '../model/words.ts';
import { ConfidenceBar } from '../parts/confidence-bar.tsx';
import own from './diagnosis.module.css';
import classes from './incident.module.css';
import { Says } from './says.tsx';

/** The cause, how sure it is and by what it was found, and what else was considered. */
export function DiagnosisBody({ step }: { step: DiagnosisStep }) {
  return (
    <>
      <p className={classes['actionLine']}>
        {step.cause && <strong data-testid="cause">{labelOf(CAUSES, step.cause)}</strong>}
        <ConfidenceBar value={step.confidence} />
      </p>
      <Says text={step.says} />
      <p className={classes['footnote']}>{footnote(step)}</p>
      <Weights step={step} />
      {step.demoted && (
        <p className={own['warning']}>
          <TriangleAlert size={14} aria-hidden />
          <span>Its action is only recommended: {step.demoted}</span>
        </p>
      )}
      <Alternatives alternatives={step.alternatives} />
    </>
  );
}

function footnote({ decidedBy, transient }: DiagnosisStep): string {
  return [
    decidedBy && `decided by ${decidedBy}`,
    transient !== null && `${formatPercent(transient)} likely to pass without a change`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** What was said, what was learnt since, and which of it counts. Nothing where they are the same. */
function Weights({ step: { prior, mean, confidence, decidedBy } }: { step: DiagnosisStep }) {
  const learnt = mean !== null;
  if (prior === null || confidence === null || (!learnt && formatPercent(prior) === formatPercent(confidence)))
    return null;
  const who = decidedBy.startsWith('rule:') ? 'The rule' : decidedBy.startsWith('model:') ? 'The model' : 'By itself';
  return (
    <dl className={own['weights']} data-testid="weights">
      <div>
        <dt>{who === 'By itself' ? who : `${who} by itself`}</dt>
        <dd>
          <ConfidenceBar value={prior} label="By itself" />
        </dd>
        <dd className={own['about']}>before anything was learnt</dd>
      </div>
      {learnt && (
        <div>
          <dt>Expected to heal</dt>
          <dd>
            <ConfidenceBar value={mean} label="Expected to heal" />
          </dd>
          <dd className={own['about']}>as its past outcomes say</dd>
        </div>
      )}
      <div>
        <dt className={own['counts']}>What counts</dt>
        <dd>
          <ConfidenceBar value={confidence} label="What counts" />
        </dd>
        <dd className={own['about']}>
          {learnt
            ? 'it heals at least so often: this is held against the threshold'
            : 'with what else is known of this failure'}
        </dd>
      </div>
    </dl>
  );
}

function Alternatives({ alternatives }: { alternatives: readonly AlternativeCause[] }) {
  if (alternatives.length === 0) return null;
  return (
    <div className={own['alternatives']} data-testid="alternatives">
      <h3 className={own['subtitle']}>What else it could have been</h3>
      <ul>
        {alternatives.map(({ cause, confidence, decidedBy, action, says, whyNot }) => (
          <li key={`${cause}:${decidedBy}`}>
            <ConfidenceBar value={confidence} label={labelOf(CAUSES, cause)} />
            <span>
              <strong>{labelOf(CAUSES, cause)}</strong>
              {action && `, then ${labelOf(ACTIONS, action).toLowerCase()}`}
              {says && <span className={own['whyNot']}>{says}</span>}
              <span className={own['whyNot']}>
                {whyNot && `Not chosen: ${whyNot}. `}
                {decidedBy}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
