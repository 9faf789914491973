import { NativeSelect, Skeleton } from '@mantine/core';
import type { ActionType } from '@prunella/contracts';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { confidenceQuery } from '../api/answers.ts';
import { reliabilityQuery } from '../api/report-queries.ts';
import { ReliabilityChart } from '../charts/chart.tsx';
import type { ReliabilityReport } from '../gen/api.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import partClasses from '../parts/parts.module.css';
import { ErrorMessage } from '../shell/error-message.tsx';
import classes from './learning.module.css';

function isAction(word: string): word is ActionType {
  return Object.hasOwn(ACTIONS, word);
}

/** Whether what is said to heal so often does. */
export function Reliability() {
  const [params, setParams] = useSearchParams();
  const asked = params.get('reliability') ?? '';
  const action = isAction(asked) ? asked : '';
  const { data, error, refetch } = useQuery(reliabilityQuery(action));
  const learnt = useQuery(confidenceQuery);
  const actions = [...new Set(learnt.data?.items.map((item) => item.action))].sort();
  return (
    <Card
      title="Is it as sure as it should be?"
      about="Actions of the last 30 days by the confidence that was stated when they were decided, against how often they healed. Points on the dashed line: what was said holds. Above it: rather too modest. Below it: too sure."
      testId="reliability"
      end={
        <NativeSelect
          size="xs"
          aria-label="Action"
          value={action}
          onChange={(event) => {
            const next = new URLSearchParams(params);
            if (event.currentTarget.value === '') next.delete('reliability');
            else next.set('reliability', event.currentTarget.value);
            setParams(next, { replace: true });
          }}
          data={[
            { value: '', label: 'All actions' },
            ...actions.map((value) => ({ value, label: labelOf(ACTIONS, value) })),
          ]}
        />
      }
    >
      {data === undefined && error !== null ? (
        <ErrorMessage error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <div className={partClasses['loading']} role="status" aria-label="Loading: reliability">
          <Skeleton height={220} />
        </div>
      ) : data.cases === 0 ? (
        <div className={partClasses['empty']}>Of no action it is proven yet what came of it.{besides(data)}</div>
      ) : (
        <Curve report={data} />
      )}
    </Card>
  );
}

function Curve({ report }: { report: ReliabilityReport }) {
  const bins = report.bins.flatMap(({ stated, observed, ...bin }) =>
    stated === null || observed === null ? [] : [{ ...bin, stated, observed }],
  );
  const { calibrationError, brier, brierOfAverage } = report;
  return (
    <>
      <dl className={classes['measures']}>
        <div>
          <dt>Off by, on average</dt>
          <dd data-testid="calibration-error">{points(calibrationError)}</dd>
          <dd>expected calibration error</dd>
        </div>
        <div>
          <dt>Brier score</dt>
          <dd data-testid="brier">{brier?.toFixed(3) ?? '–'}</dd>
          <dd>less is better; {brierOfAverage?.toFixed(3) ?? '–'} by always saying the average</dd>
        </div>
        <div>
          <dt>Proven decisions</dt>
          <dd data-testid="reliability-cases">{report.cases}</dd>
          <dd>{besides(report).trim() || 'all that took effect'}</dd>
        </div>
      </dl>
      <ReliabilityChart says={sentence(report.says)} bins={bins} />
    </>
  );
}

function besides({ unproven, unstated }: ReliabilityReport): string {
  const parts = [
    ...(unproven > 0 ? [`${unproven} without proof are left out`] : []),
    ...(unstated > 0 ? [`${unstated} of which nobody said how sure it was`] : []),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(', ')}.`;
}

function points(share: number | null): string {
  return share === null ? '–' : `${Math.round(share * 1_000) / 10} points`;
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return whole.endsWith('.') ? whole : `${whole}.`;
}
