import { Anchor, Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, SearchX } from 'lucide-react';
import { Link, useParams } from 'react-router';
import { ProblemError } from '../api/problem.ts';
import { incidentQuery } from '../api/queries.ts';
import type { IncidentDetail } from '../model/incident.ts';
import { pipelineName } from '../model/story.ts';
import { ErrorMessage } from '../shell/error-message.tsx';
import { useLiveIncidents } from '../shell/live-context.ts';
import { Message } from '../shell/message.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { ApprovalPanel } from './approval-panel.tsx';
import { ExperiencePanel } from './experience-panel.tsx';
import { FactsPanel } from './facts-panel.tsx';
import classes from './incident.module.css';
import { IncidentHeader } from './incident-header.tsx';
import { IncidentSkeleton } from './incident-skeleton.tsx';
import { IncidentTimeline } from './incident-timeline.tsx';

/** One incident from the failure to its outcome. */
export function IncidentPage() {
  const { id = '' } = useParams();
  const query = useQuery(incidentQuery(id));
  useFollowed(id);
  usePageTitle(query.data ? `${pipelineName(query.data)}: ${query.data.outcome ?? query.data.state}` : 'Incident');

  return (
    <>
      <Anchor component={Link} to="/incidents" className={classes['back']}>
        <ArrowLeft size={15} aria-hidden />
        All incidents
      </Anchor>
      {query.data ? (
        <Loaded incident={query.data} />
      ) : query.isError ? (
        <Failed error={query.error} id={id} onRetry={() => void query.refetch()} />
      ) : (
        <IncidentSkeleton />
      )}
    </>
  );
}

function Loaded({ incident }: { incident: IncidentDetail }) {
  return (
    <article data-testid="incident-page" data-incident-id={incident.id}>
      <IncidentHeader incident={incident} />
      <div className={classes['columns']}>
        <IncidentTimeline incident={incident} />
        <aside className={classes['side']} aria-label="Facts">
          {incident.state === 'awaiting_approval' && <ApprovalPanel key={incident.attempt} incident={incident} />}
          <FactsPanel incident={incident} />
          <ExperiencePanel decidedBy={incident.decidedBy} action={incident.action} />
        </aside>
      </div>
    </article>
  );
}

/** Keeps the page current: a change shows at once in the header and brings the new events. */
function useFollowed(id: string): void {
  const queryClient = useQueryClient();
  const { queryKey } = incidentQuery(id);
  const refetch = () => void queryClient.invalidateQueries({ queryKey });
  useLiveIncidents((changed) => {
    if (changed.id !== id) return;
    queryClient.setQueryData(queryKey, (before) => before && { ...before, ...changed });
    refetch();
  }, refetch);
}

function Failed({ error, id, onRetry }: { error: Error; id: string; onRetry: () => void }) {
  if (!(error instanceof ProblemError) || error.status !== 404) return <ErrorMessage error={error} onRetry={onRetry} />;
  return (
    <Message
      testId="not-found"
      icon={<SearchX size={26} />}
      title="There is no such incident"
      action={
        <Button component={Link} to="/incidents" variant="default">
          All incidents
        </Button>
      }
    >
      Nothing is known under <code>{id}</code>. It may have been removed when its time was over.
    </Message>
  );
}
