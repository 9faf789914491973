import type { IncidentDetail } from '../model/incident.ts';
import { type Step, toSteps } from '../model/steps.ts';
import { Clock } from '../parts/timestamp.tsx';
import classes from './incident.module.css';
import { StepBody } from './step-body.tsx';
import { lookOf } from './step-looks.ts';

/** What happened, from top to bottom. */
export function IncidentTimeline({ incident }: { incident: IncidentDetail }) {
  return (
    <ol className={classes['timeline']} aria-label="Timeline" data-testid="timeline">
      {toSteps(incident).map((step) => (
        <TimelineItem key={step.key} step={step} />
      ))}
    </ol>
  );
}

function TimelineItem({ step }: { step: Step }) {
  const { icon: Icon, tone } = lookOf(step);
  return (
    <li
      id={step.key}
      className={classes['step']}
      data-tone={tone}
      data-kind={step.kind}
      data-testid={`step-${step.kind}`}
    >
      <span className={classes['bullet']} aria-hidden>
        <Icon size={15} strokeWidth={2.1} />
      </span>
      <div className={classes['stepMain']}>
        <div className={classes['stepHead']}>
          <h2>{step.title}</h2>
          {step.attempt > 1 && step.kind !== 'pending' && (
            <span className={classes['attempt']}>attempt {step.attempt}</span>
          )}
          {step.at && (
            <span className={classes['stepTime']}>
              <Clock at={step.at} />
            </span>
          )}
        </div>
        <StepBody step={step} />
      </div>
    </li>
  );
}
