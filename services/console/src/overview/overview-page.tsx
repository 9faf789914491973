import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { coverageQuery } from '../api/answers.ts';
import { monthQuery } from '../api/queries.ts';
import { SummaryStrip } from '../incidents/summary-strip.tsx';
import { writeFilter } from '../model/filter.ts';
import { formatPercent } from '../model/format.ts';
import type { Effectiveness } from '../model/incident.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { actionIcon } from '../parts/action-icon.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { HowItEnded } from '../parts/how-it-ended.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Shares } from '../parts/shares.tsx';
import { NeedsYou } from './needs-you.tsx';
import classes from './overview.module.css';

/** How it goes, and what needs whoever looks. */
export function OverviewPage() {
  const navigate = useNavigate();
  return (
    <>
      <PageTitle title="Overview" />
      <SummaryStrip filter={{}} onFilter={(filter) => void navigate(`/incidents?${writeFilter(filter)}`)} />
      <div className={classes['columns']}>
        <NeedsYou />
        <div>
          <Actions />
          <Coverage />
        </div>
      </div>
    </>
  );
}

type Action = Effectiveness['actions'][number];

const COLUMNS: readonly Column<Action>[] = [
  {
    title: 'Action',
    cell: ({ action }) => {
      const Icon = actionIcon(action);
      return (
        <span className={classes['action']}>
          <Icon size={14} aria-hidden />
          {labelOf(ACTIONS, action)}
        </span>
      );
    },
  },
  {
    title: 'How it ended',
    wide: true,
    cell: (action) => <HowItEnded of={action} />,
  },
  { title: 'Times', numeric: true, cell: ({ total }) => total },
  { title: 'Helped', numeric: true, cell: ({ successRate }) => formatPercent(successRate) },
];

function Actions() {
  const { data, error, refetch } = useQuery(monthQuery());
  return (
    <Card title="What was done" about="In the last 30 days, by kind of action. Helped: of those whose effect is known.">
      <DataTable
        label="Actions of the last 30 days"
        testId="actions"
        columns={COLUMNS}
        items={data?.actions}
        keyOf={({ action }) => action}
        error={error}
        onRetry={() => void refetch()}
        empty="Nothing was done yet."
      />
    </Card>
  );
}

function Coverage() {
  const { data } = useQuery(coverageQuery);
  if (data === undefined || data.total === 0) return null;
  return (
    <Card
      title="What was understood"
      about={
        <>
          {formatPercent(data.share)} of {data.total} failures of the last 30 days have a cause.{' '}
          <Anchor component={Link} to="/learning" size="sm">
            Those without one
          </Anchor>
        </>
      }
    >
      <div className={classes['bar']}>
        <Shares
          parts={[
            { label: 'with a cause', count: data.classified, tone: 'violet' },
            { label: 'unknown', count: data.unknown, tone: 'gray' },
          ]}
        />
      </div>
    </Card>
  );
}
