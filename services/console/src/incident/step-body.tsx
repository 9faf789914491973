import type { Step } from '../model/steps.ts';
import { ACTIONS, humanize, labelOf, STATUS_LABELS } from '../model/words.ts';
import { Clock } from '../parts/timestamp.tsx';
import { Countdown } from './countdown.tsx';
import { DecisionBody } from './decision-body.tsx';
import { DiagnosisBody } from './diagnosis-body.tsx';
import { EvidenceBody } from './evidence-body.tsx';
import classes from './incident.module.css';
import { OutcomeBody } from './outcome-body.tsx';
import { ReasonList } from './reason-list.tsx';
import { Says } from './says.tsx';

/** What stands below a step's title. */
export function StepBody({ step }: { step: Step }) {
  switch (step.kind) {
    case 'evidence':
      return <EvidenceBody lines={step.lines} excerpts={step.excerpts} gaps={step.gaps} />;
    case 'diagnosis':
      return <DiagnosisBody step={step} />;
    case 'decision':
      return <DecisionBody step={step} />;
    case 'scheduled':
      return (
        <>
          <p className={classes['actionLine']}>
            {step.action && <strong>{labelOf(ACTIONS, step.action)}</strong>}
            {step.dueAt && step.over && (
              <span>
                due at <Clock at={step.dueAt} />
              </span>
            )}
          </p>
          <Parameters parameters={step.parameters} />
          {step.dueAt && !step.over && <Countdown dueAt={step.dueAt} />}
        </>
      );
    case 'action':
      return (
        <>
          <p className={classes['actionLine']}>
            {step.action && <strong>{labelOf(ACTIONS, step.action)}</strong>}
            {step.status && <span data-testid="action-status">{labelOf(STATUS_LABELS, step.status)}</span>}
          </p>
          <Says text={step.says} />
          {step.effect && <code className={classes['effect']}>{step.effect}</code>}
          <ReasonList reasons={step.stops} />
        </>
      );
    case 'outcome':
      return <OutcomeBody step={step} />;
    default:
      return <Says text={step.says} />;
  }
}

function Parameters({ parameters }: { parameters: readonly [name: string, value: string][] }) {
  if (parameters.length === 0) return null;
  return (
    <ul className={classes['parameters']} aria-label="Parameters">
      {parameters.map(([name, value]) => (
        <li key={name}>
          {humanize(name)} <b>{value}</b>
        </li>
      ))}
    </ul>
  );
}
