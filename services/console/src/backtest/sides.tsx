import { type BacktestReport, difference, formatMeasure, type Measure, shownMeasures } from '../model/backtest.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import classes from './backtest.module.css';

/** The sums of both policies, side by side. @param before what the one is called that it is compared with. */
export function Sides({ report: { policy, against }, before }: { report: BacktestReport; before: string }) {
  const measures = shownMeasures([policy.totals, ...(against ? [against.totals] : [])]);
  const columns: readonly Column<Measure>[] = [
    {
      title: 'Number',
      wide: true,
      cell: ({ label, hint, part }) => (
        <span className={classes['measure']} data-part={part}>
          {label}
          <span className={partClasses['note']}>{hint}</span>
        </span>
      ),
    },
    ...(against
      ? [
          {
            title: before,
            numeric: true,
            cell: (measure: Measure) => formatMeasure(measure, measure.of(against.totals), against.currency),
          },
        ]
      : []),
    {
      title: against ? 'New' : 'Policy',
      numeric: true,
      cell: (measure) => <strong>{formatMeasure(measure, measure.of(policy.totals), policy.currency)}</strong>,
    },
    ...(against
      ? [
          {
            title: 'Difference',
            numeric: true,
            cell: (measure: Measure) => {
              if (measure.unit === 'money' && policy.currency !== against.currency) return 'other currency';
              const change = difference(
                measure,
                measure.of(policy.totals),
                measure.of(against.totals),
                policy.currency,
              );
              return change ? (
                <Pill tone={change.tone}>{change.says}</Pill>
              ) : (
                <span className={partClasses['muted']}>same</span>
              );
            },
          },
        ]
      : []),
  ];
  return (
    <Card title="Side by side">
      <DataTable
        label="Both policies"
        testId="sides"
        columns={columns}
        items={measures}
        keyOf={({ id }) => id}
        error={null}
        onRetry={() => undefined}
        empty="There is nothing to compare."
      />
    </Card>
  );
}
