import { Button, Group, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, ChevronRight, Search } from 'lucide-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { confidenceQuery } from '../api/answers.ts';
import type { ConfidenceList } from '../gen/api.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { ConfidenceBar } from '../parts/confidence-bar.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Shares } from '../parts/shares.tsx';
import { Age } from '../parts/timestamp.tsx';
import { useMayChange } from '../parts/use-who.tsx';
import { Evidence } from './evidence.tsx';
import { StandingDialog, type StandingWish, wishesFor } from './standing-dialog.tsx';
import { StandingPill } from './standing-pill.tsx';

export type Learned = ConfidenceList['items'][number];

const MOST_ROWS = 50;
const keyOf = ({ decidedBy, action }: Learned) => `${decidedBy} ${action}`;

/** All rules and actions that something was learnt of; the one that is looked at and what is searched stand in the address. */
export function Learnt() {
  const { data, error, refetch } = useQuery(confidenceQuery);
  const [params, setParams] = useSearchParams();
  const [wish, setWish] = useState<{ of: Learned; standing: StandingWish }>();
  const [all, setAll] = useState(false);
  const mayChange = useMayChange();
  const [open, sought] = [params.get('rule') ?? '', params.get('q') ?? ''];
  const found = data?.items.filter((item) => keyOf(item).toLowerCase().includes(sought.trim().toLowerCase()));
  const items = all ? found : found?.filter((item, index) => index < MOST_ROWS || keyOf(item) === open);

  function put(name: string, value: string): void {
    const next = new URLSearchParams(params);
    if (value === '') next.delete(name);
    else next.set(name, value);
    setParams(next, { replace: true });
  }

  const columns: readonly Column<Learned>[] = [
    {
      title: 'Decided by',
      cell: (item) => {
        const isOpen = keyOf(item) === open;
        const Icon = isOpen ? ChevronDown : ChevronRight;
        return (
          <button
            type="button"
            className={partClasses['disclose']}
            aria-expanded={isOpen}
            onClick={() => put('rule', isOpen ? '' : keyOf(item))}
          >
            <Icon size={14} aria-hidden />
            <code>{item.decidedBy}</code>
          </button>
        );
      },
    },
    { title: 'Action', cell: ({ action }) => labelOf(ACTIONS, action) },
    { title: 'Standing', wide: true, cell: (item) => <StandingPill {...item} /> },
    { title: 'Says itself', cell: ({ prior }) => <ConfidenceBar value={prior} label="Says itself" /> },
    { title: 'Counts on', cell: ({ lower }) => <ConfidenceBar value={lower} label="Counts on at least" /> },
    {
      title: 'How it ended',
      cell: ({ healed, ineffective, harmful, samples }) => (
        <span>
          <Shares
            parts={[
              { label: 'healed', count: healed, tone: 'green' },
              { label: 'did not help', count: ineffective, tone: 'amber' },
              { label: 'did harm', count: harmful, tone: 'red' },
            ]}
          />
          <span className={partClasses['note']}>
            {healed} of {samples} healed
          </span>
        </span>
      ),
    },
    { title: 'Last', cell: ({ updatedAt }) => <Age at={updatedAt} /> },
    ...(mayChange
      ? [
          {
            title: 'Change',
            cell: (item: Learned) => (
              <Group gap={6}>
                {wishesFor(item).map(({ standing, verb }) => (
                  <Button
                    key={standing}
                    size="compact-sm"
                    variant="default"
                    onClick={() => setWish({ of: item, standing })}
                  >
                    {verb}
                  </Button>
                ))}
              </Group>
            ),
          },
        ]
      : []),
  ];
  return (
    <Card
      title="Rules and confidence"
      about="How sure a rule or model is of an action by itself, and what its outcomes made of it. What it counts on is held against the thresholds of the policy: below them it only recommends."
      end={
        <TextInput
          size="xs"
          aria-label="Find a rule or action"
          placeholder="Find a rule or action"
          leftSection={<Search size={13} aria-hidden />}
          value={sought}
          onChange={(event) => put('q', event.currentTarget.value)}
          maxLength={200}
        />
      }
    >
      <DataTable
        label="What was learnt"
        testId="learnt"
        columns={columns}
        items={items}
        keyOf={keyOf}
        below={(item) => (keyOf(item) === open ? <Evidence decidedBy={item.decidedBy} action={item.action} /> : null)}
        error={error}
        onRetry={() => void refetch()}
        empty={
          sought === ''
            ? 'No outcome is known yet: rules are as sure as they say themselves.'
            : 'Nothing was learnt of such a rule or action.'
        }
      />
      {found !== undefined && items !== undefined && items.length < found.length && (
        <div className={partClasses['more']}>
          <Button variant="default" onClick={() => setAll(true)}>
            Show all {found.length}
          </Button>
        </div>
      )}
      {wish && <StandingDialog of={wish.of} standing={wish.standing} onClose={() => setWish(undefined)} />}
    </Card>
  );
}
