import { Alert, Anchor, Button, VisuallyHidden } from '@mantine/core';
import { ArrowUp, FilterX, Merge, Sprout } from 'lucide-react';
import { Link, useSearchParams } from 'react-router';
import { type Filter, isEmpty, readFilter, writeFilter } from '../model/filter.ts';
import type { Incident } from '../model/incident.ts';
import { pipelineName } from '../model/story.ts';
import { ErrorMessage } from '../shell/error-message.tsx';
import { Message } from '../shell/message.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { FilterBar } from './filter-bar.tsx';
import { IncidentRow } from './incident-row.tsx';
import classes from './incidents.module.css';
import { ListSkeleton } from './list-skeleton.tsx';
import { SummaryStrip } from './summary-strip.tsx';
import { type TakenAway, useIncidentList } from './use-incident-list.ts';

/** Everything that failed and what became of it, live. */
export function IncidentsPage() {
  usePageTitle('Incidents');
  const [params, setParams] = useSearchParams();
  const filter = readFilter(params);
  const setFilter = (next: Filter) => setParams(writeFilter(next), { replace: true, preventScrollReset: true });
  const { list, query, loading, showWaiting, holdProps, takenAway, forgetTakenAway } = useIncidentList(filter);

  function showNew(): void {
    showWaiting();
    window.scrollTo({ top: 0, behavior: 'smooth' });
  }

  return (
    <>
      <h1 className={classes['title']}>Incidents</h1>
      <SummaryStrip filter={filter} onFilter={setFilter} />
      <FilterBar filter={filter} onFilter={setFilter} />
      <NewPill count={list.waiting.length} newest={list.waiting[0]} onShow={showNew} />
      <TakenAwayNote taken={takenAway} onClose={forgetTakenAway} />
      {loading ? (
        <ListSkeleton />
      ) : query.isError && list.shown.length === 0 ? (
        <ErrorMessage error={query.error} onRetry={() => void query.refetch()} />
      ) : list.shown.length === 0 ? (
        <Empty filtered={!isEmpty(filter)} onClear={() => setFilter({})} />
      ) : (
        <div {...holdProps}>
          <ul className={classes['list']} aria-label="Incidents, newest first" data-testid="incident-list">
            {list.shown.map((incident) => (
              <IncidentRow key={incident.id} incident={incident} />
            ))}
          </ul>
          {query.hasNextPage && (
            <div className={classes['more']}>
              <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                Show older ones
              </Button>
            </div>
          )}
        </div>
      )}
    </>
  );
}

/** Says where what was just here is now. */
function TakenAwayNote({ taken, onClose }: { taken: readonly TakenAway[]; onClose: () => void }) {
  if (taken.length === 0) return null;
  return (
    <Alert
      color="prunella"
      icon={<Merge size={16} aria-hidden />}
      mb="md"
      role="status"
      withCloseButton
      closeButtonLabel="Close"
      onClose={onClose}
      data-testid="joined"
    >
      {taken.map(({ incident, into }) => (
        <div key={incident.id}>
          <strong>
            {incident.repository} {pipelineName(incident)}
          </strong>{' '}
          turned out to be a part of another incident.{' '}
          <Anchor component={Link} to={`/incidents/${encodeURIComponent(into)}`} size="sm">
            Show that one
          </Anchor>
        </div>
      ))}
    </Alert>
  );
}

interface NewPillProps {
  count: number;
  newest: Incident | undefined;
  onShow: () => void;
}

/** Says that there is something new without moving what is being read. */
function NewPill({ count, newest, onShow }: NewPillProps) {
  return (
    <div className={classes['pillPlace']}>
      <VisuallyHidden aria-live="polite" role="status">
        {count > 0 && newest ? `${count} new, the latest in ${newest.repository || newest.pipelineId}` : ''}
      </VisuallyHidden>
      {count > 0 && (
        <button type="button" className={classes['pill']} onClick={onShow} data-testid="new-incidents">
          <ArrowUp size={14} strokeWidth={2.4} aria-hidden />
          {count} new
        </button>
      )}
    </div>
  );
}

function Empty({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return (
      <Message
        testId="empty"
        icon={<FilterX size={26} />}
        title="Nothing matches these filters"
        action={
          <Button variant="default" onClick={onClear}>
            Clear the filters
          </Button>
        }
      />
    );
  }
  return (
    <Message testId="empty" tone="violet" icon={<Sprout size={27} />} title="Nothing has failed yet">
      As soon as a pipeline or a deployment fails, it appears here with its cause, what was done about it and whether
      that helped. You do not need to reload.
    </Message>
  );
}
