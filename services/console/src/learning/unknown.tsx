import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PencilRuler } from 'lucide-react';
import { Link, useSearchParams } from 'react-router';
import { coverageQuery } from '../api/answers.ts';
import type { CoverageReport } from '../gen/api.ts';
import { formatPercent } from '../model/format.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Age } from '../parts/timestamp.tsx';
import { DraftDialog } from './draft-dialog.tsx';

type Cluster = CoverageReport['clusters'][number];

/** Failures without a cause by what they have in common; the one of which a rule is drafted stands in the address. */
export function Unknown() {
  const { data, error, refetch } = useQuery(coverageQuery);
  const [params, setParams] = useSearchParams();
  const drafted = params.get('draft');

  function draft(cluster: string | undefined): void {
    const next = new URLSearchParams(params);
    if (cluster === undefined) next.delete('draft');
    else next.set('draft', cluster);
    setParams(next, { replace: true });
  }

  const columns: readonly Column<Cluster>[] = [
    {
      title: 'What the logs say',
      wide: true,
      cell: ({ evidence, id }) => (
        <span>
          <code>{evidence[0]?.text ?? id}</code>
          {evidence.slice(1, 3).map(({ line, text }) => (
            <code key={`${line} ${text}`} className={partClasses['note']}>
              {text}
            </code>
          ))}
        </span>
      ),
    },
    { title: 'Repositories', cell: ({ repositories }) => repositories.join(', ') || '–' },
    { title: 'Times', numeric: true, cell: ({ count }) => count },
    { title: 'Last', cell: ({ lastSeen }) => <Age at={lastSeen} /> },
    {
      title: 'Newest',
      cell: ({ exampleIncidentId }) => <Link to={`/incidents/${encodeURIComponent(exampleIncidentId)}`}>incident</Link>,
    },
    {
      title: 'Rule',
      cell: ({ id }) => (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<PencilRuler size={13} aria-hidden />}
          onClick={() => draft(id)}
        >
          Draft a rule
        </Button>
      ),
    },
  ];
  return (
    <Card
      title="What no rule knows"
      about={
        data === undefined || data.total === 0
          ? 'Failures without a cause, by what their logs have in common.'
          : `${formatPercent(data.share)} of ${data.total} failures of the last 30 days have a cause. These are the largest groups of the others.`
      }
    >
      <DataTable
        label="Unknown failures"
        testId="unknown"
        columns={columns}
        items={data?.clusters}
        keyOf={({ id }) => id}
        error={error}
        onRetry={() => void refetch()}
        empty="Every failure has a cause."
      />
      {drafted !== null && <DraftDialog cluster={drafted} onClose={() => draft(undefined)} />}
    </Card>
  );
}
