import { useInfiniteQuery } from '@tanstack/react-query';
import { standingChangesQuery } from '../api/report-queries.ts';
import type { StandingChange } from '../gen/api.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { ShowOlder } from '../parts/show-older.tsx';
import { Age } from '../parts/timestamp.tsx';
import { STANDINGS } from './standing-pill.tsx';

const COLUMNS: readonly Column<StandingChange>[] = [
  { title: 'When', cell: ({ at }) => <Age at={at} /> },
  {
    title: 'Rule and action',
    cell: ({ decidedBy, action }) => (
      <span>
        <code>{decidedBy}</code>
        <span className={partClasses['note']}>{labelOf(ACTIONS, action)}</span>
      </span>
    ),
  },
  {
    title: 'Became',
    cell: ({ standing, pinned, by }) => (
      <Pill tone={standing === 'demoted' ? 'red' : 'green'}>
        {STANDINGS[standing]}
        {by !== 'prunella' && !pinned && ', learns again'}
      </Pill>
    ),
  },
  { title: 'By', cell: ({ by }) => by },
  { title: 'Why', wide: true, cell: ({ reason }) => reason },
  {
    title: 'Evidence then',
    cell: ({ healed, ineffective, harmful, lower, threshold }) => (
      <span>
        {healed} of {healed + ineffective + harmful} healed{harmful > 0 && `, ${harmful} did harm`}
        <span className={partClasses['note']}>
          counted on {lower.toFixed(2)}, threshold {threshold.toFixed(2)}
        </span>
      </span>
    ),
  },
];

/** Promotions and demotions with what they stood on, the newest first. */
export function StandingChanges() {
  const query = useInfiniteQuery(standingChangesQuery);
  return (
    <Card title="Promotions and demotions" about="By outcomes or by hand, each with the evidence of that time.">
      <DataTable
        label="Promotions and demotions"
        testId="standing-changes"
        columns={COLUMNS}
        items={query.data?.pages.flatMap(({ items }) => items)}
        keyOf={({ decidedBy, action, at }) => `${decidedBy} ${action} ${at}`}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty="No rule was promoted or demoted yet."
      />
      <ShowOlder query={query} />
    </Card>
  );
}
