import { useQuery } from '@tanstack/react-query';
import { type ReportRange, upliftReportQuery } from '../api/report-queries.ts';
import type { UpliftReport } from '../gen/api.ts';
import { CAUSES, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Pill } from '../parts/pill.tsx';
import { rateWithInterval, signed } from './compare.ts';
import classes from './reports.module.css';

type Compared = UpliftReport['overall'];
type Row = Compared & { name: string };

const METHODS = {
  'hold-out': 'against those that chance held out',
  matched: 'against alike that were only recommended',
  none: 'nothing to compare with',
} as const;

const rate = ({ successes, cases, interval }: Compared['treated']) =>
  cases === 0 ? '–' : `${successes} of ${cases}: ${rateWithInterval(successes / cases, interval ?? null)}`;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'Failures', cell: ({ name }) => name },
  { title: 'Compared', cell: ({ method }) => METHODS[method] },
  { title: 'Acted on, healed', numeric: true, cell: ({ treated }) => rate(treated) },
  { title: 'Left alone, became well', numeric: true, cell: ({ control }) => rate(control) },
  { title: 'What healing adds', numeric: true, cell: (row) => <Difference {...row} /> },
];

/** What healing adds to what becomes well by itself. */
export function Uplift({ range }: { range: ReportRange }) {
  const { data, error, refetch } = useQuery(upliftReportQuery(range));
  const rows = data && [
    { ...data.overall, name: 'All' },
    ...data.causes.map(({ cause, ...one }) => ({ ...one, name: labelOf(CAUSES, cause) })),
  ];
  return (
    <Card
      title="What healing adds"
      about="Much of what fails passes later by itself. This compares what was acted on with what was left alone; with fewer than ten on one side nothing is claimed."
    >
      {data && (
        <p className={classes['verdict']} data-testid="uplift-says">
          {sentence(data.overall.says)}
        </p>
      )}
      <DataTable
        label="Uplift"
        testId="uplift"
        columns={COLUMNS}
        items={rows}
        keyOf={({ name }) => name}
        error={error}
        onRetry={() => void refetch()}
        empty=""
      />
    </Card>
  );
}

function Difference({ difference }: Row) {
  if (difference === undefined) return <Pill tone="gray">not enough data</Pill>;
  const points = (share: number) => signed(Math.round(share * 100));
  const tone = difference.low > 0 ? 'green' : difference.high < 0 ? 'red' : 'gray';
  return (
    <Pill tone={tone}>
      {points(difference.value)} points ({points(difference.low)} to {points(difference.high)})
    </Pill>
  );
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return whole.endsWith('.') ? whole : `${whole}.`;
}
