import type { PolicyReason } from '../model/incident.ts';
import type { DecisionStep } from '../model/steps.ts';
import { ACTIONS, labelOf, MODE_LABELS, RISK_LABELS, VERDICTS } from '../model/words.ts';
import classes from './incident.module.css';
import { ReasonList } from './reason-list.tsx';
import { Says } from './says.tsx';

/** What was decided about which action, and the word of each check behind it. */
export function DecisionBody({ step }: { step: DecisionStep }) {
  const verdict = step.verdict && VERDICTS[step.verdict];
  return (
    <>
      <p className={classes['actionLine']}>
        {step.verdict && <strong data-testid="verdict">{labelOf(VERDICTS, step.verdict)}</strong>}
        {verdict && <span>{verdict.means}</span>}
      </p>
      <Says text={step.says} />
      <p className={classes['footnote']}>
        {[
          step.action && `about ${labelOf(ACTIONS, step.action).toLowerCase()}`,
          step.mode && `mode ${labelOf(MODE_LABELS, step.mode).toLowerCase()}`,
          step.risk && `risk ${labelOf(RISK_LABELS, step.risk).toLowerCase()}`,
          count(step.reasons),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <ReasonList reasons={step.reasons} />
    </>
  );
}

function count(reasons: readonly PolicyReason[]): string {
  const stops = reasons.filter(({ allows }) => !allows).length;
  if (reasons.length === 0) return '';
  const passes = `${reasons.length - stops} of ${reasons.length} checks let it pass`;
  return stops === 0
    ? reasons.length === 1
      ? 'its one check lets it pass'
      : `all ${reasons.length} checks let it pass`
    : passes;
}
