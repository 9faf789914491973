import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { breakersQuery } from '../api/answers.ts';
import { answer, api } from '../api/client.ts';
import type { BreakerList } from '../gen/api.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { ChangeDialog } from '../parts/change-dialog.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { Age } from '../parts/timestamp.tsx';
import { useMayChange } from '../parts/use-who.tsx';

type Breaker = BreakerList['items'][number];

/** Actions that are only recommended for a while. */
export function Resting() {
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
          change={(who) =>
            answer(api.POST('/v1/breakers/{id}/close', { params: { path: { id: closing.id } }, body: who }))
          }
          refreshes={[['breakers']]}
          onClose={() => setClosing(undefined)}
        />
      )}
    </Card>
  );
}
