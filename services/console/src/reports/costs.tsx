import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { costReportQuery } from '../api/report-queries.ts';
import { SeriesChart } from '../charts/chart.tsx';
import type { Series } from '../charts/series.tsx';
import type { CostReport } from '../gen/api.ts';
import { formatMinutes, formatMoney } from '../model/format.ts';
import { ACTIONS, CAUSES, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { daysIn, MOST_DAYS, type Range, rangeQuery } from './range.ts';

type Item = CostReport['items'][number];
type By = CostReport['by'];

const BY: readonly { value: By; label: string }[] = [
  { value: 'day', label: 'Day' },
  { value: 'repository', label: 'Repository' },
  { value: 'cause', label: 'Cause' },
  { value: 'action', label: 'Action' },
];
/** What is drawn of an item. */
interface Spent {
  key: string;
  spent: { minutes: number };
  inVain: { minutes: number };
}

const SERIES: readonly Series<Spent>[] = [
  {
    ...{ key: 'useful', label: 'healed, or not known yet', tone: 'violet', fill: 'plain' },
    value: ({ spent, inVain }) => Math.max(0, spent.minutes - inVain.minutes),
  },
  { key: 'vain', label: 'in vain', tone: 'amber', fill: 'stripes', value: ({ inVain }) => inVain.minutes },
];
const MOST_BARS = 12;
const MOST_ROWS = 50;

/** What healing spent and saved, by day, repository, cause or action; which one stands in the address. */
export function Costs({ range }: { range: Range }) {
  const [params, setParams] = useSearchParams();
  const by = BY.find(({ value }) => value === params.get('by'))?.value ?? 'day';
  const { data, error, refetch } = useQuery(costReportQuery(rangeQuery(range), by));
  const isByDay = by === 'day';
  const shown = data?.by === by ? data : undefined;
  const items = shown && sorted(shown);
  const name = (item: Pick<Item, 'key'>) => nameOf(by, item);
  const columns: readonly Column<Item>[] = [
    { title: isByDay ? 'Day (UTC)' : (BY.find(({ value }) => value === by)?.label ?? ''), wide: true, cell: name },
    { title: 'Actions', numeric: true, cell: ({ actions }) => actions },
    { title: 'Healed', numeric: true, cell: ({ healed }) => healed },
    { title: 'Spent', numeric: true, cell: ({ spent }) => <Amount {...spent} /> },
    { title: 'In vain', numeric: true, cell: ({ inVain }) => <Amount {...inVain} /> },
    { title: 'Saved people', numeric: true, cell: ({ saved }) => (saved === null ? '–' : <Amount {...saved} />) },
  ];
  const table = (
    <>
      <DataTable
        label="Costs"
        testId="costs"
        columns={columns}
        items={(isByDay ? items?.toReversed() : items)?.slice(0, MOST_ROWS)}
        keyOf={({ key }) => key}
        error={error}
        onRetry={() => void refetch()}
        empty="Nothing was done, and nothing was spent."
      />
      {items !== undefined && items.length > MOST_ROWS && (
        <div className={partClasses['empty']}>
          {isByDay ? 'The newest' : 'The dearest'} {MOST_ROWS} of {items.length} are shown; prunella report costs prints
          all of them.
        </div>
      )}
    </>
  );
  return (
    <Card
      title="What it spent, and what it saved"
      about={`Runner minutes of reruns, as measured or else as expected. ${
        shown?.total.saved === null
          ? 'What people were saved is not claimed: the policy says by reports.byHand what they would have needed.'
          : "Saved: a person's time by your own figures (reports.byHand), for proven heals."
      }`}
      end={
        <SegmentedControl
          size="xs"
          data={[...BY]}
          value={by}
          onChange={(value) => {
            const next = new URLSearchParams(params);
            next.set('by', value);
            setParams(next, { replace: true });
          }}
          aria-label="Summed up by"
        />
      }
    >
      {shown !== undefined && items !== undefined && items.length > 0 && (
        <SeriesChart
          label={`Runner minutes by ${by}`}
          says={sayOf(shown)}
          items={isByDay ? everyDay(range, items) : items.slice(0, MOST_BARS)}
          names={columns[0]?.title ?? ''}
          nameOf={name}
          series={SERIES}
          format={formatMinutes}
          kind={isByDay ? 'columns' : 'bars'}
          numbers={isByDay ? table : null}
        />
      )}
      {(!isByDay || items === undefined || items.length === 0) && table}
    </Card>
  );
}

function Amount({ minutes, money }: { minutes: number; money: Item['spent']['money'] }) {
  return (
    <span>
      {formatMinutes(minutes)}
      {money.length > 0 && <span className={partClasses['note']}>{money.map(formatMoney).join(', ')}</span>}
    </span>
  );
}

/** Days in their order, else the dearest first. */
function sorted({ by, items }: CostReport): Item[] {
  return by === 'day'
    ? [...items].sort((a, b) => (a.key < b.key ? -1 : 1))
    : [...items].sort((a, b) => b.spent.minutes - a.spent.minutes || (a.key < b.key ? -1 : 1));
}

/** Also the days on which nothing was done. */
function everyDay(range: Range, items: readonly Spent[]): Spent[] {
  const known = new Map(items.map((item) => [item.key, item]));
  return daysIn(range, MOST_DAYS).map(
    (key) => known.get(key) ?? { key, spent: { minutes: 0 }, inVain: { minutes: 0 } },
  );
}

function nameOf(by: By, { key }: Pick<Item, 'key'>): string {
  if (by === 'cause') return labelOf(CAUSES, key as keyof typeof CAUSES);
  if (by === 'action') return labelOf(ACTIONS, key as keyof typeof ACTIONS);
  return key || 'no repository';
}

function sayOf({ total }: CostReport): string {
  const { spent, inVain, saved } = total;
  const money = spent.money.map(formatMoney).join(' and ');
  const share = spent.minutes > 0 ? ` (${Math.round((100 * inVain.minutes) / spent.minutes)}%)` : '';
  return [
    `${formatMinutes(spent.minutes)} of runners${money && `, ${money}`}; ${formatMinutes(inVain.minutes)}${share} of it for actions that healed nothing.`,
    ...(saved === null ? [] : [`People were saved ${formatMinutes(saved.minutes)}.`]),
  ].join(' ');
}
