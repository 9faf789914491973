import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { effectivenessReportQuery, summaryReportQuery } from '../api/report-queries.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { ErrorMessage } from '../shell/error-message.tsx';
import { Costs } from './costs.tsx';
import { Effectiveness } from './effectiveness.tsx';
import { Figures } from './figures.tsx';
import { NearFailures } from './near-failures.tsx';
import { Pending } from './pending.tsx';
import { rangeBefore, rangeQuery, readRange } from './range.ts';
import { RangePicker } from './range-picker.tsx';
import classes from './reports.module.css';
import { RootCauses } from './root-causes.tsx';
import { Share } from './share.tsx';
import { Uplift } from './uplift.tsx';

/** What healing helped, cost and hides, over a range that stands in the address. */
export function ReportsPage() {
  const [params] = useSearchParams();
  const asked = ['range', 'from', 'to'].map((name) => params.get(name) ?? '').join(' ');
  // A range that ends now is the same for as long as nobody asks for another.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` is what of the address the range depends on
  const range = useMemo(() => readRange(params, Date.now()), [asked]);
  const query = rangeQuery(range);
  const summary = useQuery(summaryReportQuery(query));
  const before = useQuery(effectivenessReportQuery(rangeQuery(rangeBefore(range))));
  const failed = summary.data === undefined ? summary.error : null;
  return (
    <>
      <div className={classes['head']}>
        <PageTitle title="Reports" />
        <RangePicker range={range} />
        <Share range={range} />
      </div>
      {failed !== null ? (
        <ErrorMessage error={failed} onRetry={() => void summary.refetch()} />
      ) : (
        <>
          <Figures report={summary.data} before={before.data} says={range.says} />
          <Effectiveness report={summary.data?.effectiveness} before={before.data} range={range} />
          <Costs range={range} />
          <RootCauses report={summary.data?.rootCauses} />
          <NearFailures report={summary.data?.correlation} />
          <Uplift range={query} />
          <Pending report={summary.data} />
        </>
      )}
    </>
  );
}
