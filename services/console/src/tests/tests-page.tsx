import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { flakyQuery, quarantineQuery } from '../api/answers.ts';
import { answer, api } from '../api/client.ts';
import type { KnownTest, QuarantinedTest } from '../gen/api.ts';
import { formatPercent } from '../model/format.ts';
import { Card } from '../parts/card.tsx';
import { ChangeDialog } from '../parts/change-dialog.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { Age, Until } from '../parts/timestamp.tsx';
import { useMayChange } from '../parts/use-who.tsx';

const READ_AGAIN = [['tests']] as const;

/** Flaky tests, and those that runners skip for a while. */
export function TestsPage() {
  return (
    <>
      <PageTitle title="Tests" />
      <Quarantine />
      <Flaky />
    </>
  );
}

function Quarantine() {
  const { data, error, refetch } = useQuery(quarantineQuery);
  const [removing, setRemoving] = useState<QuarantinedTest>();
  const mayChange = useMayChange();
  const columns: readonly Column<QuarantinedTest>[] = [
    {
      title: 'Test',
      wide: true,
      cell: ({ test, reason }) => (
        <span>
          <code>{test}</code>
          <span className={partClasses['note']}>{reason}</span>
        </span>
      ),
    },
    { title: 'Repository', cell: ({ repository }) => repository },
    { title: 'Mended by', cell: ({ owner }) => owner || '–' },
    { title: 'Until', cell: ({ expiresAt }) => <Until at={expiresAt} /> },
    { title: 'Green runs', numeric: true, cell: ({ greens, of }) => `${greens} of ${of}` },
    ...(mayChange
      ? [
          {
            title: 'Change',
            cell: (test: QuarantinedTest) => (
              <Button size="compact-sm" variant="default" onClick={() => setRemoving(test)}>
                Run again
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Card
      title="In quarantine"
      about="Test runners skip these until they expire, or were green often enough on the default branch, where they are run all the same."
    >
      <DataTable
        label="Tests in quarantine"
        testId="quarantine"
        columns={columns}
        items={data?.items}
        keyOf={({ id }) => id}
        error={error}
        onRetry={() => void refetch()}
        empty="No test is in quarantine."
      />
      {removing && (
        <ChangeDialog
          title="Run it again"
          about={
            <>
              <code>{removing.test}</code> of {removing.repository} is run again from the next run on.
            </>
          }
          verb="Run it again"
          change={(who) =>
            answer(api.DELETE('/v1/quarantine/{id}', { params: { path: { id: removing.id }, query: who } }))
          }
          refreshes={READ_AGAIN}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </Card>
  );
}

const TONES = { flaky: 'amber', suspect: 'gray', failing: 'red', passing: 'green' } as const;

function Flaky() {
  const { data, error, refetch } = useQuery(flakyQuery);
  const quarantine = useQuery(quarantineQuery);
  const [adding, setAdding] = useState<KnownTest>();
  const mayChange = useMayChange();
  const skipped = new Set(quarantine.data?.items.map(({ repository, test }) => `${repository} ${test}`));
  const columns: readonly Column<KnownTest>[] = [
    {
      title: 'Test',
      wide: true,
      cell: ({ name, classname }) => (
        <span>
          <code>{name}</code>
          <span className={partClasses['note']}>{classname}</span>
        </span>
      ),
    },
    { title: 'Repository', cell: ({ repository }) => repository },
    { title: 'State', cell: ({ state }) => <Pill tone={TONES[state]}>{state}</Pill> },
    { title: 'Proofs', numeric: true, cell: ({ proofs }) => proofs },
    { title: 'Fails', numeric: true, cell: ({ rate }) => formatPercent(rate?.mean) },
    { title: 'Last failed', cell: ({ lastFailedAt }) => (lastFailedAt ? <Age at={lastFailedAt} /> : '–') },
    ...(mayChange
      ? [
          {
            title: 'Change',
            cell: (test: KnownTest) =>
              skipped.has(`${test.repository} ${test.name}`) ? (
                <Pill tone="violet">in quarantine</Pill>
              ) : (
                <Button size="compact-sm" variant="default" onClick={() => setAdding(test)}>
                  Quarantine
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <Card
      title="Flaky"
      about={
        data === undefined
          ? 'Tests that failed and passed at the same commit.'
          : `Of ${data.tests} known tests ${data.flaky} failed and passed at the same commit (a proof), ${data.suspect} fail and recover, ${data.failing} are broken.`
      }
    >
      <DataTable
        label="Flaky tests"
        testId="flaky"
        columns={columns}
        items={data?.items}
        keyOf={({ id }) => id}
        error={error}
        onRetry={() => void refetch()}
        empty="No test is known to be flaky. Reports in JUnit XML are read from pipelines: prunella send junit."
      />
      {adding && <Quarantining test={adding} onClose={() => setAdding(undefined)} />}
    </Card>
  );
}

function Quarantining({ test, onClose }: { test: KnownTest; onClose: () => void }) {
  const [owner, setOwner] = useState('');
  return (
    <ChangeDialog
      title="Quarantine"
      about={
        <>
          <code>{test.name}</code> of {test.repository} is skipped for two weeks, or until it was green ten times in a
          row.
        </>
      }
      verb="Quarantine"
      change={(who) =>
        answer(
          api.POST('/v1/quarantine', {
            body: { test: test.name, repository: test.repository, owner: owner.trim(), ...who },
          }),
        )
      }
      refreshes={READ_AGAIN}
      ready={owner.trim() !== ''}
      onClose={onClose}
    >
      <TextInput
        label="Who mends it"
        value={owner}
        onChange={(event) => setOwner(event.currentTarget.value)}
        maxLength={256}
        required
      />
    </ChangeDialog>
  );
}
