import { Button, Group, SegmentedControl, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { debtsQuery } from '../api/answers.ts';
import { answer, api } from '../api/client.ts';
import type { Debt } from '../gen/api.ts';
import { Card } from '../parts/card.tsx';
import { ChangeDialog } from '../parts/change-dialog.tsx';
import { Cost } from '../parts/cost.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { ShowOlder } from '../parts/show-older.tsx';
import { Age, Until } from '../parts/timestamp.tsx';
import { useMayChange } from '../parts/use-who.tsx';

const STATES = [
  { value: '', label: 'All' },
  { value: 'overdue', label: 'Overdue' },
  { value: 'open', label: 'Open' },
  { value: 'resolved', label: 'Resolved' },
] as const;
const TONES = { open: 'gray', overdue: 'red', resolved: 'green' } as const;
const TRENDS = { rising: '↗ rising', steady: '→ steady', falling: '↘ falling' } as const;

type Changing = { debt: Debt; what: 'own' | 'resolve' };

/** What was made to work without being repaired. */
export function DebtsPage() {
  const [params, setParams] = useSearchParams();
  const given = params.get('state') ?? '';
  const state = STATES.find(({ value }) => value === given)?.value ?? '';
  const query = useInfiniteQuery(debtsQuery(state));
  const [changing, setChanging] = useState<Changing>();
  const mayChange = useMayChange();
  const columns: readonly Column<Debt>[] = [
    {
      title: 'What wants repair',
      wide: true,
      cell: ({ what, repository, workload, pipelineId, incidentId }) => (
        <span>
          <Link to={`/incidents/${encodeURIComponent(incidentId)}`}>{what}</Link>
          <span className={partClasses['note']}>{workload || repository || pipelineId}</span>
        </span>
      ),
    },
    {
      title: 'State',
      cell: ({ state: is, rootCause }) => (
        <Group gap={6}>
          <Pill tone={TONES[is]}>{is}</Pill>
          {rootCause && <Pill tone="violet">root cause</Pill>}
        </Group>
      ),
    },
    {
      title: 'Times',
      numeric: true,
      cell: ({ count, trend }) => (
        <span>
          {count}
          <span className={partClasses['note']}>{TRENDS[trend]}</span>
        </span>
      ),
    },
    {
      title: 'Cost',
      numeric: true,
      cell: ({ minutes, money }) => <Cost minutes={minutes} money={money} />,
    },
    { title: 'Repaired by', cell: ({ owner }) => owner ?? '–' },
    { title: 'Due', cell: ({ state: is, dueAt }) => (is === 'resolved' ? '–' : <Until at={dueAt} />) },
    { title: 'Seen', cell: ({ lastSeen }) => <Age at={lastSeen} /> },
    ...(mayChange
      ? [
          {
            title: 'Change',
            cell: (debt: Debt) =>
              debt.state === 'resolved' ? null : (
                <Group gap={6} wrap="nowrap">
                  <Button size="compact-sm" variant="default" onClick={() => setChanging({ debt, what: 'own' })}>
                    Assign
                  </Button>
                  <Button size="compact-sm" variant="default" onClick={() => setChanging({ debt, what: 'resolve' })}>
                    Repaired
                  </Button>
                </Group>
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageTitle title="Debts" />
      <Card
        title="What works without being repaired"
        about="Each rerun that passed, each raise and each skipped test leaves an item here, with an owner and a date, until somebody repairs the cause."
        end={
          <SegmentedControl
            size="xs"
            data={[...STATES]}
            value={state}
            onChange={(value) => setParams(value === '' ? {} : { state: value }, { replace: true })}
            aria-label="Which debts"
          />
        }
      >
        <DataTable
          label="Debts"
          testId="debts"
          columns={columns}
          items={query.data?.pages.flatMap(({ items }) => items)}
          keyOf={({ id }) => id}
          error={query.error}
          onRetry={() => void query.refetch()}
          empty={state === '' ? 'There is nothing to repair.' : `There is nothing ${state}.`}
        />
        <ShowOlder query={query} />
      </Card>
      {changing && <Change {...changing} onClose={() => setChanging(undefined)} />}
    </>
  );
}

function Change({ debt, what, onClose }: Changing & { onClose: () => void }) {
  const [owner, setOwner] = useState(debt.owner ?? '');
  const resolves = what === 'resolve';
  return (
    <ChangeDialog
      title={resolves ? 'It is repaired' : 'Who repairs it'}
      about={resolves ? `${debt.what}. It comes back when it is seen again.` : debt.what}
      verb={resolves ? 'Repaired' : 'Assign'}
      change={(who) =>
        answer(
          api.POST('/v1/debts/{id}', {
            params: { path: { id: debt.id } },
            body: { ...(resolves ? { resolved: true } : { owner: owner.trim() }), ...who },
          }),
        )
      }
      refreshes={[['debts']]}
      onClose={onClose}
    >
      {!resolves && (
        <TextInput
          label="Owner"
          description="A team or a person; empty: nobody."
          value={owner}
          onChange={(event) => setOwner(event.currentTarget.value)}
          maxLength={256}
        />
      )}
    </ChangeDialog>
  );
}
