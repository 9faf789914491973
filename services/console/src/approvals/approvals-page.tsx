import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { approvalsQuery } from '../api/answers.ts';
import { answer, api } from '../api/client.ts';
import type { ApprovalAnswer, Incident } from '../gen/api.ts';
import { pipelineName } from '../model/story.ts';
import { ACTIONS, CAUSES, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { ChangeDialog } from '../parts/change-dialog.tsx';
import { ConfidenceBar } from '../parts/confidence-bar.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import partClasses from '../parts/parts.module.css';
import { Age } from '../parts/timestamp.tsx';
import { useMayChange } from '../parts/use-who.tsx';

interface Answering {
  incident: Incident;
  approved: boolean;
}

/** What waits for the yes of a human, and the answer. */
export function ApprovalsPage() {
  const { data, error, refetch } = useQuery(approvalsQuery);
  const [answering, setAnswering] = useState<Answering>();
  const mayChange = useMayChange();
  const columns: readonly Column<Incident>[] = [
    {
      title: 'What would be done',
      cell: (incident) => (
        <Link to={`/incidents/${encodeURIComponent(incident.id)}`}>
          {incident.action ? labelOf(ACTIONS, incident.action) : 'See the incident'}
        </Link>
      ),
    },
    {
      title: 'Where',
      cell: (incident) => (
        <span>
          {incident.repository || pipelineName(incident)}
          <span className={partClasses['note']}>{incident.repository && pipelineName(incident)}</span>
        </span>
      ),
    },
    {
      title: 'Why',
      wide: true,
      cell: ({ cause, explanation }) => (
        <span>
          {cause && labelOf(CAUSES, cause)}
          <span className={partClasses['note']}>{explanation}</span>
        </span>
      ),
    },
    { title: 'Confidence', cell: ({ confidence }) => <ConfidenceBar value={confidence} /> },
    { title: 'Failed', cell: ({ openedAt }) => <Age at={openedAt} /> },
    ...(mayChange
      ? [
          {
            title: 'Answer',
            cell: (incident: Incident) => (
              <Group gap={6} wrap="nowrap">
                <Button
                  size="compact-sm"
                  leftSection={<Check size={14} aria-hidden />}
                  onClick={() => setAnswering({ incident, approved: true })}
                >
                  Approve
                </Button>
                <Button
                  size="compact-sm"
                  variant="default"
                  leftSection={<X size={14} aria-hidden />}
                  onClick={() => setAnswering({ incident, approved: false })}
                >
                  Reject
                </Button>
              </Group>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageTitle title="Approvals" />
      <Card title="Waiting for an answer" about="Nothing of it happens until somebody says yes.">
        <DataTable
          label="What waits for an answer"
          testId="approvals"
          columns={columns}
          items={data?.items}
          keyOf={({ id }) => id}
          error={error}
          onRetry={() => void refetch()}
          empty="Nothing waits for an answer. In mode approve, and for critical pipelines, actions are asked for here and in Slack."
        />
      </Card>
      {answering && <Answer {...answering} onClose={() => setAnswering(undefined)} />}
    </>
  );
}

function Answer({ incident, approved, onClose }: Answering & { onClose: () => void }) {
  const action = incident.action ? labelOf(ACTIONS, incident.action).toLowerCase() : 'the action';
  return (
    <ChangeDialog<ApprovalAnswer>
      title={approved ? `Approve: ${action}` : `Reject: ${action}`}
      about={
        approved
          ? `Prunella carries it out in ${incident.repository || pipelineName(incident)} as soon as enough people said yes.`
          : 'It is not done, and the incident is left to people.'
      }
      verb={approved ? 'Approve' : 'Reject'}
      {...(!approved && { color: 'red' })}
      change={(who) =>
        answer(
          api.POST('/v1/approvals/{incident}', {
            params: { path: { incident: incident.id } },
            body: { approved, ...who, attempt: incident.attempt },
          }),
        )
      }
      refreshes={[['approvals'], ['incidents']]}
      after={({ says }) => <p role="status">{says}</p>}
      onClose={onClose}
    />
  );
}
