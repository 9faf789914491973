import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import type { SummaryReport } from '../gen/api.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Until } from '../parts/timestamp.tsx';
import classes from './reports.module.css';

type Test = SummaryReport['tests']['items'][number];
type Debt = SummaryReport['debts']['items'][number];

const TESTS: readonly Column<Test>[] = [
  {
    title: 'Test',
    wide: true,
    cell: ({ name, repository }) => (
      <span>
        {name}
        <span className={partClasses['note']}>{repository}</span>
      </span>
    ),
  },
  { title: 'Seen to be flaky', numeric: true, cell: ({ proofs }) => `${proofs} ×` },
];

const DEBTS: readonly Column<Debt>[] = [
  {
    title: 'What wants repair',
    wide: true,
    cell: ({ what, incidentId, repository, workload }) => (
      <span>
        <Link to={`/incidents/${encodeURIComponent(incidentId)}`}>{what}</Link>
        <span className={partClasses['note']}>{workload || repository}</span>
      </span>
    ),
  },
  { title: 'Owner', cell: ({ owner }) => owner ?? '–' },
  { title: 'Due', cell: ({ dueAt }) => <Until at={dueAt} /> },
];

/** What is to be done about tests and debts, as it is now. */
export function Pending({ report }: { report: SummaryReport | undefined }) {
  return (
    <div className={classes['columns']}>
      <div>
        <Card
          title="Flaky tests"
          about={
            report &&
            `As it is now: of ${report.tests.known} tests ${report.tests.flaky} are flaky, ${report.tests.suspect} suspect, ${report.tests.failing} fail.`
          }
          end={
            <Anchor component={Link} to="/tests" size="sm">
              All tests
            </Anchor>
          }
        >
          <DataTable
            label="Flaky tests"
            testId="flaky"
            columns={TESTS}
            items={report?.tests.items}
            keyOf={({ id }) => id}
            error={null}
            onRetry={() => undefined}
            empty="No test is known to be flaky."
          />
        </Card>
      </div>
      <div>
        <Card
          title="Debts due"
          about={report && `As it is now: ${report.debts.overdue} overdue, ${report.debts.dueSoon} due soon.`}
          end={
            <Anchor component={Link} to="/debts" size="sm">
              All debts
            </Anchor>
          }
        >
          <DataTable
            label="Debts due"
            testId="debts-due"
            columns={DEBTS}
            items={report?.debts.items}
            keyOf={({ id }) => id}
            error={null}
            onRetry={() => undefined}
            empty="Nothing is due."
          />
        </Card>
      </div>
    </div>
  );
}
