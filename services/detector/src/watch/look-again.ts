import type { JsonBucket, TimerOutcome } from '@prunella/bus';
import type { PipelineFailed, Run, WatchResult } from '@prunella/contracts';
import { type Clock, iso, type Reading } from '@prunella/core';
import { checkOf, lookFor, verdictOf } from '@prunella/policy';
import type { JudgeDeps } from '../detect.ts';
import { redacted } from '../redacted.ts';
import type { Newest, Verdict, Watched } from './watched.ts';

export interface LookAgainDeps extends Pick<JudgeDeps, 'publish' | 'place'> {
  newest: JsonBucket<Newest>;
  /** One look; throws only what nobody foresaw. */
  look(what: ReturnType<typeof lookFor>): Promise<Reading>;
  clock: Clock;
  /** Told how each watch ended. */
  ended(watched: Watched, result: WatchResult, says: string): void;
}

/**
 * One look at a deployment, or the end of its watch. A verdict is kept before it is told: whoever goes on after a crash tells the same, and a
 * replica that lost the watch tells nothing.
 */
export async function lookAgain(watched: Watched, d: LookAgainDeps): Promise<TimerOutcome<Watched>> {
  const newest = await d.newest.get(watched.target);
  if (newest !== undefined && newest.value.key !== watched.key) {
    return await end(watched, { kind: 'superseded', says: 'a newer deployment took its place', at: d.clock.now() }, d);
  }
  const { verdict, watch } = watched;
  if (verdict !== undefined) {
    if (verdict.kind === 'bad') await tell(watched, verdict, d);
    return await end(watched, verdict, d);
  }
  const startedAt = d.clock.now();
  const check = checkOf(await d.look(lookFor(watch, watched.failure.workload)), watch);
  const checks = [...watched.checks, check];
  const now = d.clock.now();
  const next = verdictOf(checks, watch);
  if (next.kind === 'open') return { againAt: Math.max(startedAt + watch.every, now), checks };
  return { againAt: now, checks, verdict: { ...next, at: now } };
}

/** How it ended is an event, whatever it was: what nobody knows must not be mistaken for what is well. */
async function end(
  watched: Watched,
  { kind, says, at }: { kind: WatchResult; says: string; at: number },
  d: LookAgainDeps,
): Promise<'done'> {
  const { event, failure, watch, called, checks } = watched;
  const time = iso(at);
  await d.publish(
    redacted({
      subject: 'watch.ended',
      id: `${event.id}/watch/ended`,
      source: event.source,
      time,
      data: {
        incidentId: failure.incidentId,
        run: runOf(failure),
        watch: watch.name,
        result: kind,
        says,
        target: called,
        looks: checks.length,
        at: time,
      },
    }),
  );
  d.ended(watched, kind, says);
  return 'done';
}

/** What was deployed, without what would be said of it if it had turned out bad. */
function runOf({
  incidentId: _,
  error: _error,
  jobs,
  metrics,
  conclusion,
  finishedEventId,
  ...run
}: PipelineFailed): Run {
  return run;
}

async function tell(watched: Watched, verdict: Verdict & { kind: 'bad' }, d: LookAgainDeps): Promise<void> {
  const { event } = watched;
  const id = `${event.id}/watch/failed`;
  const time = iso(verdict.at);
  const data = failureWith(watched, verdict);
  await d.publish(await d.place(redacted({ subject: 'pipeline.failed', id, source: event.source, time, data })));
}

function failureWith({ failure, called, watch }: Watched, verdict: Verdict & { kind: 'bad' }): PipelineFailed {
  const { errorRate } = verdict;
  return {
    ...failure,
    finishedAt: iso(verdict.at),
    error: {
      message: `${called} after its deployment (watch ${watch.name}): ${verdict.says}`,
      type: typeOf(verdict),
      stack: '',
    },
    metrics: { ...failure.metrics, ...(errorRate !== undefined && { error_rate: errorRate }) },
  };
}

/** By this the rules know what to do: libs/rules/builtin/delivery.yaml. */
function typeOf({ rollBack, unhealthy }: Verdict & { kind: 'bad' }): string {
  if (!rollBack) return 'PostDeployErrorsRaised';
  return unhealthy ? 'PostDeployUnhealthy' : 'PostDeployErrorRate';
}
