import type { Scheduled, TimerOutcome } from '@prunella/bus';
import { type Events, parseData } from '@prunella/contracts';
import { type Clock, completed, iso } from '@prunella/core';
import { type Breach, judged, type MetricCheck, type Sample, type SeriesState } from '@prunella/policy';
import type { JudgeDeps } from '../detect.ts';
import { redacted } from '../redacted.ts';
import type { Report } from '../sources/source.ts';

/** A check as it is kept in KV: whoever goes on knows all that was seen. */
export interface KeptCheck extends Scheduled {
  name: string;
  series: Record<string, SeriesState>;
  /** Kept before they are told: after a crash the same is told. */
  breaches: Breach[];
  /** Why it could not be asked the last time; empty: it could. */
  problem: string;
}

export interface EvaluateDeps extends Pick<JudgeDeps, 'publish' | 'place'> {
  /** undefined: it is not in the policy any more. */
  check: MetricCheck | undefined;
  /** Throws what Prometheus said. */
  ask(query: string): Promise<Sample[]>;
  /** Why an error is none of ours; throws it when nobody foresaw it. */
  problemOf(error: unknown): string;
  /** Told once for each change; empty: it can be asked again. */
  troubled(name: string, problem: string): void;
  clock: Clock;
}

/** One question and its judgement, or the telling of what the last one brought to light. */
export async function evaluate(kept: KeptCheck, d: EvaluateDeps): Promise<TimerOutcome<KeptCheck>> {
  const { check, clock } = d;
  if (check === undefined) return 'done';
  const startedAt = clock.now();
  const againAt = startedAt + check.every;
  if (kept.breaches.length > 0) {
    for (const breach of kept.breaches) await d.publish(await d.place(redacted(reportOf(check, breach))));
    return { againAt, breaches: [] };
  }
  try {
    const { series, breaches } = judged(kept.series, await d.ask(check.query), check, startedAt);
    if (kept.problem !== '') d.troubled(check.name, '');
    return { againAt: breaches.length > 0 ? clock.now() : againAt, series, breaches, problem: '' };
  } catch (error) {
    const problem = d.problemOf(error).slice(0, 1_000);
    if (problem !== kept.problem) d.troubled(check.name, problem);
    return { againAt, problem };
  }
}

/** A breach as a failure of the workload, or as the end of it. */
function reportOf({ name }: MetricCheck, { key, about, since, at, bad }: Breach): Report {
  const subject = bad === undefined ? 'pipeline.finished' : 'pipeline.failed';
  const runId = `check/${name}/${key}/${since}`;
  const id = `${runId}/${bad === undefined ? 'over' : 'failed'}`;
  const told = {
    ...about,
    ...{ platform: 'prometheus', runId, name, kind: 'deployment' as const, startedAt: iso(since) },
    ...(bad === undefined
      ? { conclusion: 'success' as const, finishedAt: iso(at) }
      : {
          conclusion: 'failure' as const,
          error: { type: bad.type, message: `check ${name}: ${bad.says}`, stack: '' },
          metrics: bad.metrics,
        }),
  };
  const data = completed<Events['pipeline.failed' | 'pipeline.finished']>(parseData(subject, told), id);
  return { subject, id, source: 'prometheus', time: iso(at), data } as Report;
}
