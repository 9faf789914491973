import { formatPercent } from '../model/format.ts';
import type { AlternativeCause } from '../model/incident.ts';
import type { DiagnosisStep } from '../model/steps.ts';
import { CAUSES, labelOf } from '../model/words.ts';
import { ConfidenceBar } from '../parts/confidence-bar.tsx';
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
      <Alternatives alternatives={step.alternatives} />
    </>
  );
}

function footnote({ decidedBy, transient, prior, confidence }: DiagnosisStep): string {
  const learned = prior !== null && confidence !== null && formatPercent(prior) !== formatPercent(confidence);
  return [
    decidedBy && `decided by ${decidedBy}`,
    transient !== null && `${formatPercent(transient)} likely to pass without a change`,
    learned && `${formatPercent(prior)} before learning`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function Alternatives({ alternatives }: { alternatives: readonly AlternativeCause[] }) {
  if (alternatives.length === 0) return null;
  return (
    <details className={classes['alternatives']} data-testid="alternatives">
      <summary>
        {alternatives.length === 1
          ? '1 other cause was considered'
          : `${alternatives.length} other causes were considered`}
      </summary>
      <ul>
        {alternatives.map(({ cause, confidence, decidedBy }) => (
          <li key={`${cause}:${decidedBy}`}>
            <span>{labelOf(CAUSES, cause)}</span>
            <ConfidenceBar value={confidence} />
            <code>{decidedBy}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
