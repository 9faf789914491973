import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { breakersQuery, confidenceQuery, coverageQuery } from '../api/answers.ts';
import { postJson } from '../api/client.ts';
import type { BreakerList, ConfidenceList, CoverageReport } from '../gen/api.ts';
import { formatPercent } from '../model/format.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { ChangeDialog } from '../parts/change-dialog.tsx';
import { ConfidenceBar } from '../parts/confidence-bar.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { Shares } from '../parts/shares.tsx';
import { Age } from '../parts/timestamp.tsx';
import { useMayChange } from '../parts/use-who.tsx';

/** What was learnt of rules and actions, which actions rest, and what no rule knows. */
export function LearningPage() {
  return (
    <>
      <PageTitle title="Learning" />
      <Learnt />
      <Resting />
      <Unknown />
    </>
  );
}

type Learned = ConfidenceList['items'][number];

const LEARNT: readonly Column<Learned>[] = [
  { title: 'Decided by', cell: ({ decidedBy }) => <code>{decidedBy}</code> },
  { title: 'Action', cell: ({ action }) => labelOf(ACTIONS, action) },
  { title: 'Said by itself', cell: ({ prior }) => <ConfidenceBar value={prior} label="Said by itself" /> },
  { title: 'Learnt', cell: ({ mean }) => <ConfidenceBar value={mean} label="Learnt" /> },
  {
    title: 'How it ended',
    wide: true,
    cell: ({ healed, ineffective, harmful }) => (
      <Shares
        parts={[
          { label: 'healed', count: healed, tone: 'green' },
          { label: 'ineffective', count: ineffective, tone: 'amber' },
          { label: 'harmful', count: harmful, tone: 'red' },
        ]}
      />
    ),
  },
  { title: 'Samples', numeric: true, cell: ({ samples }) => samples },
  { title: 'Last', cell: ({ updatedAt }) => <Age at={updatedAt} /> },
];

function Learnt() {
  const { data, error, refetch } = useQuery(confidenceQuery);
  return (
    <Card
      title="Rules and confidence"
      about="How sure a rule or model is by itself, and what outcomes made of it: that is what the thresholds of the policy are compared with."
    >
      <DataTable
        label="What was learnt"
        testId="learnt"
        columns={LEARNT}
        items={data?.items}
        keyOf={({ decidedBy, action }) => `${decidedBy} ${action}`}
        error={error}
        onRetry={() => void refetch()}
        empty="No outcome is known yet: rules are as sure as they say themselves."
      />
    </Card>
  );
}

type Breaker = BreakerList['items'][number];

function Resting() {
  const { data, error, refetch } = useQuery(breakersQuery);
  const [closing, setClosing] = useState<Breaker>();
  const mayChange = useMayChange();
  const columns: readonly Column<Breaker>[] = [
    { title: 'Action', cell: ({ action }) => labelOf(ACTIONS, action) },
    { title: 'Platform', cell: ({ platform }) => platform },
    {
      title: 'State',
      cell: ({ open, trying }) => (
        <Pill tone={open ? 'red' : 'green'}>{trying ? 'being tried' : open ? 'rests' : 'acts'}</Pill>
      ),
    },
    { title: 'Failures in a row', numeric: true, cell: ({ failures }) => failures },
    {
      title: 'Because',
      wide: true,
      cell: ({ reason, closed }) => (
        <span>
          {reason ?? '–'}
          {closed && (
            <span className={partClasses['note']}>
              trusted again by {closed.by}: {closed.reason}
            </span>
          )}
        </span>
      ),
    },
    { title: 'Since', cell: ({ openedAt }) => (openedAt ? <Age at={openedAt} /> : '–') },
    ...(mayChange
      ? [
          {
            title: 'Change',
            cell: (breaker: Breaker) =>
              breaker.open ? (
                <Button size="compact-sm" variant="default" onClick={() => setClosing(breaker)}>
                  Trust again
                </Button>
              ) : null,
          },
        ]
      : []),
  ];
  return (
    <Card
      title="Actions that rest"
      about="An action that did not help several times in a row is only recommended on that platform for a while."
    >
      <DataTable
        label="Breakers"
        testId="breakers"
        columns={columns}
        items={data?.items}
        keyOf={({ id }) => id}
        error={error}
        onRetry={() => void refetch()}
        empty="Of no action it is known yet whether it helps."
      />
      {closing && (
        <ChangeDialog
          title={`Trust again: ${labelOf(ACTIONS, closing.action).toLowerCase()} on ${closing.platform}`}
          about="It may act at once. If it does not help, it rests again."
          verb="Trust again"
          change={(who) => postJson(`/v1/breakers/${encodeURIComponent(closing.id)}/close`, who)}
          refreshes={[['breakers']]}
          onClose={() => setClosing(undefined)}
        />
      )}
    </Card>
  );
}

type Cluster = CoverageReport['clusters'][number];

const UNKNOWN: readonly Column<Cluster>[] = [
  {
    title: 'What the logs say',
    wide: true,
    cell: ({ evidence, id }) => (
      <span>
        <code>{evidence[0]?.text ?? id}</code>
        {evidence[1] && <code className={partClasses['note']}>{evidence[1].text}</code>}
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
  { title: 'Draft a rule', cell: ({ id }) => <code>prunella rules draft {id}</code> },
];

function Unknown() {
  const { data, error, refetch } = useQuery(coverageQuery);
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
        columns={UNKNOWN}
        items={data?.clusters}
        keyOf={({ id }) => id}
        error={error}
        onRetry={() => void refetch()}
        empty="Every failure has a cause."
      />
    </Card>
  );
}
