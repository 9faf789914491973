import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { backtestsQuery } from '../api/backtests.ts';
import type { BacktestJob } from '../gen/api.ts';
import { difference, formatMeasure, MEASURES, type Tally } from '../model/backtest.ts';
import { formatPercent } from '../model/format.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Pill } from '../parts/pill.tsx';
import { Age } from '../parts/timestamp.tsx';
import classes from './backtest.module.css';

const STATES = {
  running: { label: 'runs', tone: 'blue' },
  done: { label: 'done', tone: 'green' },
  failed: { label: 'failed', tone: 'red' },
  cancelled: { label: 'cancelled', tone: 'gray' },
} as const;

/** The state of a run, in its colour. */
export function RunState({ state, share }: Pick<BacktestJob, 'state' | 'share'>) {
  const { label, tone } = STATES[state];
  return (
    <Pill tone={tone}>
      {label}
      {state === 'running' && ` ${formatPercent(share)}`}
    </Pill>
  );
}

/** A day, as UTC has it: policies and their ranges are the same for everybody. */
export function day(time: string): string {
  return time.slice(0, 10);
}

function sum(id: 'healed' | 'false' | 'minutes') {
  const measure = MEASURES.find((each) => each.id === id);
  return ({ totals, againstTotals }: BacktestJob) => {
    if (totals === null || measure === undefined) return '–';
    const now = measure.of(totals as unknown as Tally);
    const before = againstTotals === null ? null : measure.of(againstTotals as unknown as Tally);
    const change = difference(measure, now, before, '');
    return (
      <span className={classes['withChange']}>
        {formatMeasure(measure, now, '')}
        {change && <Pill tone={change.tone}>{change.says}</Pill>}
      </span>
    );
  };
}

const COLUMNS: readonly Column<BacktestJob>[] = [
  {
    title: 'Started',
    cell: ({ id, startedAt }) => (
      <Link to={`/backtest/${id}`}>
        <Age at={startedAt} />
      </Link>
    ),
  },
  { title: 'State', cell: (job) => <RunState {...job} /> },
  { title: 'Failures of', wide: true, cell: ({ from, to }) => `${day(from)} to ${day(to)}` },
  {
    title: 'Compared with',
    cell: ({ against, isCurrent }) => (against === null ? 'nothing' : isCurrent ? 'policy in force' : 'another text'),
  },
  { title: 'Healed', numeric: true, cell: sum('healed') },
  { title: 'False heals', numeric: true, cell: sum('false') },
  { title: 'Minutes of CI', numeric: true, cell: sum('minutes') },
];

export function EarlierRuns() {
  const { data, error, refetch } = useQuery({
    ...backtestsQuery,
    refetchInterval: ({ state }) => (state.data?.items.some(({ state: each }) => each === 'running') ? 2_000 : false),
  });
  return (
    <Card title="Earlier runs" about="The last thirty of everybody.">
      <DataTable
        label="Earlier backtests"
        testId="earlier-runs"
        columns={COLUMNS}
        items={data?.items}
        keyOf={({ id }) => id}
        error={error}
        onRetry={() => void refetch()}
        empty="Nobody has run one yet."
      />
    </Card>
  );
}
