import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { backtestQuery, policyQuery } from '../api/backtests.ts';
import { PageTitle } from '../parts/page-title.tsx';
import partClasses from '../parts/parts.module.css';
import { ErrorMessage } from '../shell/error-message.tsx';
import classes from './backtest.module.css';
import { EarlierRuns } from './earlier-runs.tsx';
import { WishForm } from './wish-form.tsx';

const NOTHING_WRITTEN = 'version: 1\nmode: recommend\n';

/** Asks what a policy would have made of the failures of the past, and lists what was asked before. */
export function BacktestPage() {
  const [params] = useSearchParams();
  const from = params.get('from');
  return (
    <>
      <PageTitle title="Backtest" />
      <p className={classes['intro']}>
        What would another policy have done? Past failures are decided about again, by the same code as in production.
        Nothing is done and nobody is told. What reruns of the same commit showed says whether acting would have helped.
      </p>
      {from === null ? <FromCurrent /> : <FromRun key={from} id={from} />}
      <EarlierRuns />
    </>
  );
}

/** Begins with the policy in force. */
function FromCurrent() {
  const { data, error, refetch } = useQuery(policyQuery);
  if (data !== undefined) return <WishForm initial={data.source ?? NOTHING_WRITTEN} />;
  return error === null ? <Loading /> : <ErrorMessage error={error} onRetry={() => void refetch()} />;
}

/** Begins with the policy of an earlier run. */
function FromRun({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(backtestQuery(id));
  if (data !== undefined) return <WishForm initial={data.policy} />;
  return error === null ? <Loading /> : <ErrorMessage error={error} onRetry={() => void refetch()} />;
}

function Loading() {
  return <div className={partClasses['loading']} role="status" aria-label="Loading: the policy" />;
}
