import { SegmentedControl } from '@mantine/core';
import { ArrowRight } from 'lucide-react';
import { Link, useSearchParams } from 'react-router';
import { type BacktestReport, type CaseReport, changeOf, RESULTS, type Result } from '../model/backtest.ts';
import { CAUSES, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { Age } from '../parts/timestamp.tsx';
import classes from './backtest.module.css';

const KINDS = [
  { value: 'all', label: 'All' },
  { value: 'better', label: 'Better' },
  { value: 'worse', label: 'Worse' },
];

/** The failures about which the two differ; where there is one policy, those on which it acts in vain. */
export function ChangedCases({ report, before }: { report: BacktestReport; before: string }) {
  const { changedCases, changed = 0, falseHeals, policy } = report;
  const [params, setParams] = useSearchParams();
  const kind = params.get('cases') ?? 'all';
  const known = changedCases ?? falseHeals;
  const total = changedCases === undefined ? policy.totals.results['false-heal'] : changed;
  const shown = known.filter((one) => kind === 'all' || changeOf(one) === kind);
  const more = total > known.length ? `The first ${known.length} of ${total.toLocaleString('en')}.` : '';
  return (
    <Card
      title={changedCases === undefined ? `False heals (${total})` : `What changes (${total})`}
      about={
        changedCases === undefined
          ? `Failures on which it would have acted in vain. ${more}`
          : `Failures about which the two differ: what each would have done, why, and what became of it. ${more}`
      }
      end={
        changedCases !== undefined &&
        known.length > 0 && (
          <SegmentedControl
            size="xs"
            aria-label="Which changes"
            data={KINDS}
            value={kind}
            onChange={(value) =>
              setParams(value === 'all' ? {} : { cases: value }, { replace: true, preventScrollReset: true })
            }
          />
        )
      }
      testId="changed-cases"
    >
      {shown.length === 0 ? (
        <div className={partClasses['empty']}>
          {known.length === 0 ? 'There are none.' : `None of them is ${kind}.`}
        </div>
      ) : (
        <ul className={classes['cases']}>
          {shown.map((one) => (
            <Case key={one.key} case={one} before={before} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Case({ case: one, before }: { case: CaseReport; before: string }) {
  const { incidentId, at, repository, pipelineId, cause, attempt, policy, against, truth } = one;
  return (
    <li data-change={changeOf(one)}>
      <div className={classes['caseHead']}>
        <Link to={`/incidents/${encodeURIComponent(incidentId)}`}>{repository || pipelineId}</Link>
        <span>{labelOf(CAUSES, cause as keyof typeof CAUSES)}</span>
        {attempt > 1 && <span>attempt {attempt}</span>}
        <Age at={at} />
        <span className={classes['turn']}>
          {against && (
            <>
              <Word result={against.result} />
              <ArrowRight size={14} aria-label="becomes" />
            </>
          )}
          <Word result={policy.result} />
        </span>
      </div>
      <dl className={classes['why']}>
        {against && (
          <>
            <dt>{before}</dt>
            <dd>{against.explanation}</dd>
          </>
        )}
        <dt>{against ? 'New' : 'Policy'}</dt>
        <dd>{policy.explanation}</dd>
        <dt>In truth</dt>
        <dd>{sentence(policy.actedAt === null ? truth.says : policy.says)}</dd>
      </dl>
    </li>
  );
}

function Word({ result }: { result: Result }) {
  const { label, tone } = RESULTS[result];
  return <Pill tone={tone}>{label}</Pill>;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
