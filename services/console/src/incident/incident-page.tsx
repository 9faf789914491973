import { Alert, Anchor, Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, Merge, SearchX } from 'lucide-react';
import { Link, Navigate, useLocation, useNavigate, useParams } from 'react-router';
import { correlationQuery, debtsOfQuery, similarQuery } from '../api/answers.ts';
import { ProblemError } from '../api/problem.ts';
import { incidentQuery } from '../api/queries.ts';
import type { IncidentDetail } from '../model/incident.ts';
import { pipelineName } from '../model/story.ts';
import { ErrorMessage } from '../shell/error-message.tsx';
import { useJoinedIncidents, useLiveIncidents } from '../shell/live-context.ts';
import { Message } from '../shell/message.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { ApprovalPanel } from './approval-panel.tsx';
import around from './around.module.css';
import { DebtsPanel } from './debts-panel.tsx';
import { ExperiencePanel } from './experience-panel.tsx';
import { FactsPanel } from './facts-panel.tsx';
import classes from './incident.module.css';
import { IncidentHeader } from './incident-header.tsx';
import { IncidentSkeleton } from './incident-skeleton.tsx';
import { IncidentTimeline } from './incident-timeline.tsx';
import { LoggedCard } from './logged-card.tsx';
import { NearCard } from './near-card.tsx';
import { SimilarCard } from './similar-card.tsx';

/** One incident from the failure to its outcome. */
export function IncidentPage() {
  const { id = '' } = useParams();
  const query = useQuery(incidentQuery(id));
  useFollowed(id);
  const joinedFrom = (useLocation().state as { joinedFrom?: string } | null)?.joinedFrom;
  usePageTitle(query.data ? `${pipelineName(query.data)}: ${query.data.outcome ?? query.data.state}` : 'Incident');

  return (
    <>
      <Anchor component={Link} to="/incidents" className={classes['back']}>
        <ArrowLeft size={15} aria-hidden />
        All incidents
      </Anchor>
      {joinedFrom && <JoinedNote from={joinedFrom} />}
      {query.data && query.data.id !== id ? (
        // The API led to the incident that this one is a part of.
        <Navigate to={pathOf(query.data.id)} replace state={{ joinedFrom: id }} />
      ) : query.data ? (
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
        <div>
          <IncidentTimeline incident={incident} />
          <div className={around['more']}>
            <SimilarCard key={`${incident.id} ${incident.cause}`} id={incident.id} />
            <NearCard id={incident.id} acted={incident.timeline.some(({ type }) => type === 'action.executed')} />
            <LoggedCard key={`logged ${incident.id}`} incident={incident} />
          </div>
        </div>
        <aside className={classes['side']} aria-label="Facts">
          {incident.state === 'awaiting_approval' && <ApprovalPanel key={incident.attempt} incident={incident} />}
          <FactsPanel incident={incident} />
          <DebtsPanel id={incident.id} />
          <ExperiencePanel decidedBy={incident.decidedBy} action={incident.action} />
        </aside>
      </div>
    </article>
  );
}

function pathOf(id: string): string {
  return `/incidents/${encodeURIComponent(id)}`;
}

/** Why another incident is shown than the one that was asked for. */
function JoinedNote({ from }: { from: string }) {
  return (
    <Alert color="prunella" icon={<Merge size={16} aria-hidden />} mt="md" role="status" data-testid="joined">
      The incident <code>{from}</code> turned out to be a part of this one: what was told there is here.
    </Alert>
  );
}

/** Keeps the page current: a change shows at once in the header and brings the new events. */
function useFollowed(id: string): void {
  const queryClient = useQueryClient();
  const { queryKey } = incidentQuery(id);
  const navigate = useNavigate();
  const refetch = () => {
    void queryClient.invalidateQueries({ queryKey });
    // How it ends changes what it left and what came together with it.
    for (const key of [similarQuery(id), correlationQuery(id), debtsOfQuery(id)]) {
      void queryClient.invalidateQueries({ queryKey: key.queryKey });
    }
  };
  useJoinedIncidents((joined) => {
    if (joined.id === id) void navigate(pathOf(joined.incidentId), { replace: true, state: { joinedFrom: id } });
  });
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
