import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { EffectivenessReport, SummaryReport } from '../gen/api.ts';
import { formatMinutes, formatMoney, formatPercent } from '../model/format.ts';
import type { Tone } from '../parts/status.ts';
import { counted, pointsBetween } from './compare.ts';
import classes from './reports.module.css';

interface FiguresProps {
  report: SummaryReport | undefined;
  before: EffectivenessReport | undefined;
  /** The range as a part of a sentence. */
  says: string;
}

/** The range in five numbers. */
export function Figures({ report, before, says }: FiguresProps) {
  const overall = report?.effectiveness.overall;
  const was = before?.overall;
  const costs = report?.costs.total;
  const points = overall && was ? pointsBetween(overall.successRate, was.successRate) : undefined;
  return (
    <section className={classes['figures']} aria-label={`In numbers: ${says}`} data-testid="figures">
      <Figure
        title="Helped"
        value={overall && formatPercent(overall.successRate)}
        testId="success-rate"
        note={
          overall?.interval
            ? `95% sure: ${formatPercent(overall.interval.low)} to ${formatPercent(overall.interval.high)}, of what is proven`
            : 'nothing is proven yet'
        }
        change={points && (points === 'as before' ? points : `${points} to the time before`)}
        tone={points?.startsWith('+') ? 'green' : points?.startsWith('−') ? 'amber' : 'gray'}
      />
      <Figure
        title="Healed"
        value={overall && String(overall.successful)}
        testId="healed"
        note={overall && `of ${counted(overall.total, 'action')}, ${overall.harmful} did harm`}
        change={was && `before: ${was.successful} of ${was.total}`}
      />
      <Figure
        title="Incidents"
        value={report && String(report.incidents.opened)}
        testId="opened"
        note={report && `${report.incidents.handedOver} went to people, ${report.incidents.waiting} wait for somebody`}
      />
      <Figure
        title="Time to heal"
        value={overall && (overall.medianMinutesToHeal === null ? '–' : formatMinutes(overall.medianMinutesToHeal))}
        testId="time-to-heal"
        note="median, from the failure to the proof"
        change={
          was && was.medianMinutesToHeal !== null ? `before: ${formatMinutes(was.medianMinutesToHeal)}` : undefined
        }
      />
      <Figure
        title="Spent"
        value={costs && formatMinutes(costs.spent.minutes)}
        testId="spent"
        note={
          costs &&
          ['of runners', ...costs.spent.money.map(formatMoney), `${formatMinutes(costs.inVain.minutes)} in vain`].join(
            ', ',
          )
        }
      />
      <Figure
        title="Saved"
        value={costs && (costs.saved === null ? '–' : formatMinutes(costs.saved.minutes))}
        testId="saved"
        note={
          costs &&
          (costs.saved === null
            ? 'nothing is claimed: set reports.byHand in the policy'
            : ['of people', ...costs.saved.money.map(formatMoney)].join(', '))
        }
      />
    </section>
  );
}

interface FigureProps {
  title: string;
  /** undefined: not known yet. */
  value: string | undefined;
  note: ReactNode;
  change?: string | undefined;
  tone?: Tone;
  testId: string;
}

function Figure({ title, value, note, change, tone = 'gray', testId }: FigureProps) {
  return (
    <div className={classes['one']}>
      <span className={classes['oneTitle']}>{title}</span>
      {value === undefined ? (
        <span role="status" aria-label={`Loading: ${title}`}>
          <Skeleton height={26} width={70} />
        </span>
      ) : (
        <>
          <span className={classes['oneValue']} data-testid={testId}>
            {value}
          </span>
          <span className={classes['oneNote']}>{note}</span>
          {change && (
            <span className={classes['change']} data-tone={tone}>
              {change}
            </span>
          )}
        </>
      )}
    </div>
  );
}
