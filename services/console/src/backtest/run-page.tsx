import { Alert, Button, Progress } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, FileClock, Pencil, Square } from 'lucide-react';
import { Link, useParams } from 'react-router';
import { cancelBacktest, policyCheckQuery, useBacktest } from '../api/backtests.ts';
import { ProblemError } from '../api/problem.ts';
import type { BacktestJob } from '../gen/api.ts';
import type { BacktestReport } from '../model/backtest.ts';
import { formatDuration, formatPercent } from '../model/format.ts';
import { Card } from '../parts/card.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import partClasses from '../parts/parts.module.css';
import { Age } from '../parts/timestamp.tsx';
import { useMayChange } from '../parts/use-who.tsx';
import { YamlSource } from '../policy/yaml-lines.tsx';
import { ErrorMessage } from '../shell/error-message.tsx';
import { Message } from '../shell/message.tsx';
import classes from './backtest.module.css';
import { day, RunState } from './earlier-runs.tsx';
import { Result } from './result.tsx';
import { Differences } from './what-it-changes.tsx';

/** One backtest: how far it is, then what it found. */
export function BacktestRunPage() {
  const { id = '' } = useParams();
  const { data, error, refetch } = useBacktest(id);
  const isGone = error instanceof ProblemError && error.status === 404;
  return (
    <>
      <Link to="/backtest" className={classes['back'] as string}>
        <ArrowLeft size={15} aria-hidden /> Backtests
      </Link>
      <PageTitle title="Backtest" />
      {data === undefined && error === null && (
        <div className={partClasses['loading']} role="status" aria-label="Loading: the backtest" />
      )}
      {data === undefined && isGone && <Gone />}
      {data === undefined && error !== null && !isGone && <ErrorMessage error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <Run job={data} />}
    </>
  );
}

function Gone() {
  return (
    <Message icon={<FileClock size={26} />} title="This backtest is not known any more" testId="backtest-gone">
      <p>The last thirty are kept; older ones make room. Run it again to see what it found.</p>
      <Button component={Link} to="/backtest" variant="default">
        To the backtests
      </Button>
    </Message>
  );
}

function Run({ job }: { job: BacktestJob }) {
  const { id, state, from, to, startedAt, endedAt, events, problem, against, isCurrent, report } = job;
  const took = endedAt === null ? undefined : Date.parse(endedAt) - Date.parse(startedAt);
  return (
    <>
      <div className={classes['facts']}>
        <RunState {...job} />
        <span>
          failures from {day(from)} to {day(to)} (UTC),{' '}
          {against === null
            ? 'compared with nothing'
            : `against ${isCurrent ? 'the policy that was in force' : 'another text'}`}
        </span>
        <span className={classes['note']}>
          started <Age at={startedAt} />
          {took !== undefined && `, ${events.toLocaleString('en')} events in ${formatDuration(took)}`}
        </span>
        <Button
          component={Link}
          to={`/backtest?from=${encodeURIComponent(id)}`}
          variant="default"
          size="compact-md"
          leftSection={<Pencil size={14} aria-hidden />}
        >
          Change it
        </Button>
      </div>
      {state === 'running' && <Running job={job} />}
      {state === 'failed' && (
        <Alert color="red" role="alert" title="It could not be finished">
          {problem}
        </Alert>
      )}
      {state === 'cancelled' && <Alert color="gray" title="It was cancelled before it was done" />}
      {report !== null && <Result report={report as unknown as BacktestReport} isCurrent={isCurrent} />}
      <Texts job={job} />
    </>
  );
}

function Running({ job: { id, share, events } }: { job: BacktestJob }) {
  const mayChange = useMayChange();
  const queryClient = useQueryClient();
  const cancelling = useMutation({
    mutationFn: () => cancelBacktest(id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['backtests'] }),
  });
  return (
    <Card title="It is at work" about="You can leave this page: it goes on, and is found again under its address.">
      <div className={classes['running']}>
        <Progress.Root size="lg" className={classes['progress'] as string}>
          <Progress.Section value={share * 100} animated aria-label="How far it is" />
        </Progress.Root>
        <span className={classes['far']} aria-live="polite">
          {formatPercent(share)}, {events.toLocaleString('en')} events
        </span>
        {mayChange && (
          <Button
            variant="default"
            leftSection={<Square size={13} aria-hidden />}
            loading={cancelling.isPending}
            onClick={() => cancelling.mutate()}
          >
            Cancel
          </Button>
        )}
      </div>
    </Card>
  );
}

/** The texts that were compared, and what they say otherwise. */
function Texts({ job: { policy, against, isCurrent } }: { job: BacktestJob }) {
  const now = useQuery(policyCheckQuery(policy));
  const before = useQuery(policyCheckQuery(against === '' ? 'version: 1' : (against ?? '')));
  return (
    <Card title="What was tried" testId="what-was-tried">
      {against !== null && now.data !== undefined && before.data !== undefined && (
        <div className={classes['tried']}>
          <Differences before={before.data.sections} now={now.data.sections} />
        </div>
      )}
      <div className={classes['texts']}>
        <Text title="The new policy" text={policy} />
        {against !== null && (
          <Text
            title={isCurrent ? 'The policy that was in force' : 'What it was compared with'}
            text={against === '' ? '# There was no file: what held was what is built in.' : against}
          />
        )}
      </div>
    </Card>
  );
}

function Text({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <h3>{title}</h3>
      <YamlSource label={title} text={text} short />
    </div>
  );
}
