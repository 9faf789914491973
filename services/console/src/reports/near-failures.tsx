import { Link } from 'react-router';
import type { CorrelationReport } from '../gen/api.ts';
import { ACTIONS, labelOf, OUTCOME_LABELS } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Age } from '../parts/timestamp.tsx';

type Kind = CorrelationReport['actions'][number];
type Item = CorrelationReport['items'][number];

const share = (part: number, total: number) =>
  total === 0 ? '0' : `${part} of ${total} (${Math.round((100 * part) / total)}%)`;

const KINDS: readonly Column<Kind>[] = [
  { title: 'Action', wide: true, cell: ({ action }) => labelOf(ACTIONS, action) },
  { title: 'With failures before', numeric: true, cell: ({ preceded, total }) => share(preceded, total) },
  { title: 'With failures after', numeric: true, cell: ({ followed, total }) => share(followed, total) },
  { title: 'Failures after, in all', numeric: true, cell: ({ after }) => after },
];

const ITEMS: readonly Column<Item>[] = [
  {
    title: 'Followed by most',
    wide: true,
    cell: ({ incidentId, action, name, workload, repository }) => (
      <span>
        <Link to={`/incidents/${encodeURIComponent(incidentId)}`}>
          {labelOf(ACTIONS, action)} of {workload || name}
        </Link>
        <span className={partClasses['note']}>{repository}</span>
      </span>
    ),
  },
  { title: 'Before', numeric: true, cell: ({ before }) => before },
  { title: 'After', numeric: true, cell: ({ after }) => after },
  { title: 'Outcome', cell: ({ outcome }) => (outcome === null ? 'not known yet' : labelOf(OUTCOME_LABELS, outcome)) },
  { title: 'When', cell: ({ at }) => <Age at={at} /> },
];

/** What was told within five minutes of an action. */
export function NearFailures({ report }: { report: CorrelationReport | undefined }) {
  return (
    <Card
      title="What happened within 5 minutes of an action"
      about="Failures and alerts of the same workload, repository or environment. That they come together does not mean that one causes the other."
    >
      <DataTable
        label="Failures around actions"
        testId="correlation"
        columns={KINDS}
        items={report?.actions}
        keyOf={({ action }) => action}
        error={null}
        onRetry={() => undefined}
        empty="No action took effect."
      />
      {report !== undefined && report.items.length > 0 && (
        <DataTable
          label="Actions that were followed by failures"
          columns={ITEMS}
          items={report.items}
          keyOf={({ incidentId, attempt, action }) => [incidentId, attempt, action].join(' ')}
          error={null}
          onRetry={() => undefined}
          empty=""
        />
      )}
      {report?.more && (
        <div className={partClasses['empty']}>Only the newest {report.looked} actions were looked at.</div>
      )}
    </Card>
  );
}
