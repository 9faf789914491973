import { Link } from 'react-router';
import type { RootCauseReport } from '../gen/api.ts';
import { Card } from '../parts/card.tsx';
import { Cost } from '../parts/cost.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Age } from '../parts/timestamp.tsx';

type RootCause = RootCauseReport['items'][number];

const TRENDS = { rising: '↗', steady: '→', falling: '↘' } as const;

const COLUMNS: readonly Column<RootCause>[] = [
  {
    title: 'What keeps failing',
    wide: true,
    cell: ({ what, fix }) => (
      <span>
        {what}
        <span className={partClasses['note']}>{fix}</span>
      </span>
    ),
  },
  {
    title: 'Heals',
    numeric: true,
    cell: ({ count, before, trend }) => (
      <span>
        {count}
        <span className={partClasses['note']}>
          {TRENDS[trend]} before: {before}
        </span>
      </span>
    ),
  },
  {
    title: 'Cost',
    numeric: true,
    cell: ({ minutes, money }) => <Cost minutes={minutes} money={money} />,
  },
  { title: 'Owner', cell: ({ owner }) => owner ?? '–' },
  { title: 'Last', cell: ({ lastAt }) => <Age at={lastAt} /> },
  {
    title: 'Examples',
    cell: ({ incidentIds }) => (
      <span>
        {incidentIds.map((id, index) => (
          <span key={id}>
            {index > 0 && ', '}
            <Link to={`/incidents/${encodeURIComponent(id)}`} aria-label={`Example ${index + 1}: ${id}`}>
              {index + 1}
            </Link>
          </span>
        ))}
      </span>
    ),
  },
];

/** What was healed again and again: what causes it is to be fixed. */
export function RootCauses({ report }: { report: RootCauseReport | undefined }) {
  return (
    <Card
      title="Healed again and again"
      about={`The same failure of the same thing, healed ${report?.atLeast ?? 3} times or more: healing hides these, repair them.`}
    >
      <DataTable
        label="Root causes"
        testId="root-causes"
        columns={COLUMNS}
        items={report?.items}
        keyOf={({ target, fingerprint, repository, platform }) => [platform, repository, target, fingerprint].join(' ')}
        error={null}
        onRetry={() => undefined}
        empty="Nothing was healed so often."
      />
    </Card>
  );
}
