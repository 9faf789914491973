import type { JsonBucket, TimerOutcome } from '@prunella/bus';
import type { PipelineFailed } from '@prunella/contracts';
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
  ended(watched: Watched, result: Verdict['kind'] | 'superseded', says: string): void;
}

/**
 * One look at a deployment, or the end of its watch. A verdict is kept before it is told: whoever goes on after a crash tells the same, and a
 * replica that lost the watch tells nothing.
 */
export async function lookAgain(watched: Watched, d: LookAgainDeps): Promise<TimerOutcome<Watched>> {
  const newest = await d.newest.get(watched.target);
  if (newest !== undefined && newest.value.key !== watched.key) {
    d.ended(watched, 'superseded', 'a newer deployment took its place');
    return 'done';
  }
  const { verdict, watch } = watched;
  if (verdict !== undefined) {
    if (verdict.kind === 'bad') await tell(watched, verdict, d);
    d.ended(watched, verdict.kind, verdict.says);
    return 'done';
  }
  const startedAt = d.clock.now();
  const check = checkOf(await d.look(lookFor(watch, watched.failure.workload)), watch);
  const checks = [...watched.checks, check];
  const now = d.clock.now();
  const next = verdictOf(checks, watch);
  if (next.kind === 'open') return { againAt: Math.max(startedAt + watch.every, now), checks };
  return { againAt: now, checks, verdict: { ...next, at: now } };
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
