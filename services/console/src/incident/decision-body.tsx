import type { DecisionStep } from '../model/steps.ts';
import { labelOf, MODE_LABELS, RISK_LABELS, VERDICTS } from '../model/words.ts';
import classes from './incident.module.css';
import { ReasonList } from './reason-list.tsx';
import { Says } from './says.tsx';

/** The verdict and each check behind it. */
export function DecisionBody({ step }: { step: DecisionStep }) {
  const verdict = step.verdict && VERDICTS[step.verdict];
  return (
    <>
      <p className={classes['actionLine']}>
        {step.verdict && <strong data-testid="verdict">{labelOf(VERDICTS, step.verdict)}</strong>}
        {verdict && <span>{verdict.means}</span>}
      </p>
      <Says text={step.says} />
      <ReasonList reasons={step.reasons} />
      {(step.mode || step.risk) && (
        <p className={classes['footnote']}>
          {[
            step.mode && `mode ${labelOf(MODE_LABELS, step.mode).toLowerCase()}`,
            step.risk && `risk ${labelOf(RISK_LABELS, step.risk).toLowerCase()}`,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
    </>
  );
}
