import { SeriesChart } from '../charts/chart.tsx';
import type { Series } from '../charts/series.tsx';
import type { EffectivenessReport } from '../gen/api.ts';
import { formatMinutes } from '../model/format.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { HowItEnded } from '../parts/how-it-ended.tsx';
import partClasses from '../parts/parts.module.css';
import { counted, pointsBetween, rateWithInterval } from './compare.ts';
import { daysIn, MOST_DAYS, type Range } from './range.ts';

type Day = EffectivenessReport['days'][number];
type Action = EffectivenessReport['actions'][number];

const SERIES: readonly Series<Day>[] = [
  { key: 'healed', label: 'healed', tone: 'green', fill: 'plain', value: ({ successful }) => successful },
  {
    key: 'ineffective',
    label: 'did not help',
    tone: 'amber',
    fill: 'stripes',
    value: ({ ineffective }) => ineffective,
  },
  { key: 'harmful', label: 'did harm', tone: 'red', fill: 'cross', value: ({ harmful }) => harmful },
  { key: 'inconclusive', label: 'no proof', tone: 'gray', fill: 'dots', value: ({ inconclusive }) => inconclusive },
  { key: 'pending', label: 'not known yet', tone: 'blue', fill: 'hollow', value: ({ pending }) => pending },
];

interface EffectivenessProps {
  report: EffectivenessReport | undefined;
  before: EffectivenessReport | undefined;
  range: Range;
}

/** What actions helped, by day and by kind. */
export function Effectiveness({ report, before, range }: EffectivenessProps) {
  const columns: readonly Column<Action>[] = [
    { title: 'Action', cell: ({ action }) => labelOf(ACTIONS, action) },
    {
      title: 'How it ended',
      wide: true,
      cell: (action) => <HowItEnded of={action} />,
    },
    { title: 'Times', numeric: true, cell: ({ total }) => total },
    { title: 'Healed', numeric: true, cell: ({ successful }) => successful },
    {
      title: 'Helped',
      numeric: true,
      cell: ({ action, successRate, interval }) => {
        const was = before?.actions.find((one) => one.action === action)?.successRate ?? null;
        const change = pointsBetween(successRate, was);
        return (
          <span>
            {rateWithInterval(successRate, interval)}
            {change && <span className={partClasses['note']}>{change}</span>}
          </span>
        );
      },
    },
    {
      title: 'Time to heal',
      numeric: true,
      cell: ({ medianMinutesToHeal }) => (medianMinutesToHeal === null ? '–' : formatMinutes(medianMinutesToHeal)),
    },
    { title: 'Only recommended', numeric: true, cell: ({ notDone }) => notDone.recommended },
  ];
  return (
    <Card
      title="What it helped"
      about="Actions by the UTC day on which they took effect. Helped: of those whose effect is proven; no proof is no success."
    >
      {report !== undefined && report.days.length > 0 && <ByDay report={report} range={range} />}
      <DataTable
        label="Effectiveness by action"
        testId="effectiveness"
        columns={columns}
        items={report?.actions}
        keyOf={({ action }) => action}
        error={null}
        onRetry={() => undefined}
        empty="No action took effect, and none was recommended."
      />
    </Card>
  );
}

function ByDay({ report, range }: { report: EffectivenessReport; range: Range }) {
  const known = new Map(report.days.map((day) => [day.day, day]));
  const days = daysIn(range, MOST_DAYS).map((day) => known.get(day) ?? { ...NOTHING, day });
  const { total, successful, harmful } = report.overall;
  const busiest = report.days.reduce((a, b) => (sum(b) > sum(a) ? b : a));
  const cut =
    daysIn(range, Number.MAX_SAFE_INTEGER).length > days.length ? ` The last ${MOST_DAYS} days are shown.` : '';
  return (
    <SeriesChart
      label="Actions by day"
      says={`${successful} of ${counted(total, 'action')} healed, ${harmful} did harm. The busiest day was ${busiest.day} with ${counted(sum(busiest), 'action')}.${cut}`}
      items={days}
      names="Day (UTC)"
      nameOf={({ day }) => day}
      series={SERIES}
      format={String}
      kind="columns"
    />
  );
}

const NOTHING = { successful: 0, ineffective: 0, harmful: 0, inconclusive: 0, pending: 0 };

function sum(day: Day): number {
  return SERIES.reduce((total, { value }) => total + value(day), 0);
}
