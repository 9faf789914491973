import type { Scheduled, TimerOutcome } from '@prunella/bus';
import { type Events, parseData } from '@prunella/contracts';
import { type Clock, completed, iso } from '@prunella/core';
import { type Breach, judged, type MetricCheck, questionsOf, type Sample, type SeriesState } from '@prunella/policy';
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
  ask(query: string): Promise<Omit<Sample, 'of'>[]>;
  /** Why an error is none of ours; throws it when nobody foresaw it. */
  problemOf(error: unknown): string;
  /** Told once for each change; empty: it can be asked again. */
  troubled(name: string, problem: string): void;
  /** Told how each asking went. */
  asked(name: string, result: Asked): void;
  /** Told of each breach that was told; `type` undefined: that it is over. */
  told(name: string, type: string | undefined): void;
  clock: Clock;
}

/** What asking came to: series, none (which is neither good nor bad), or no answer. */
export type Asked = 'answered' | 'no_data' | 'unanswered';

/** One question and its judgement, or the telling of what the last one brought to light. */
export async function evaluate(kept: KeptCheck, d: EvaluateDeps): Promise<TimerOutcome<KeptCheck>> {
  const { check, clock } = d;
  if (check === undefined) return 'done';
  const startedAt = clock.now();
  const againAt = startedAt + check.every;
  if (kept.breaches.length > 0) {
    for (const breach of kept.breaches) {
      await d.publish(await d.place(redacted(reportOf(check, breach))));
      d.told(check.name, breach.bad?.type);
    }
    return { againAt, breaches: [] };
  }
  try {
    const samples = await samplesOf(check, d);
    d.asked(check.name, samples.some(({ value }) => !Number.isNaN(value)) ? 'answered' : 'no_data');
    const { series, breaches } = judged(kept.series, samples, check, startedAt);
    if (kept.problem !== '') d.troubled(check.name, '');
    return { againAt: breaches.length > 0 ? clock.now() : againAt, series, breaches, problem: '' };
  } catch (error) {
    const problem = d.problemOf(error).slice(0, 1_000);
    d.asked(check.name, 'unanswered');
    if (problem !== kept.problem) d.troubled(check.name, problem);
    return { againAt, problem };
  }
}

/** All that is asked, at once; one that can't be answered is a problem of the check. */
async function samplesOf(check: MetricCheck, d: EvaluateDeps): Promise<Sample[]> {
  const answers = await Promise.all(
    questionsOf(check).map(async ({ query, of }) => {
      const samples = await d.ask(query);
      return of === undefined ? samples : samples.map((sample) => ({ ...sample, of }));
    }),
  );
  return answers.flat();
}

/** A breach as a failure of the workload, or as the end of it. */
function reportOf({ name }: MetricCheck, { key, about, since, at, attempt, bad }: Breach): Report {
  const subject = bad === undefined ? 'pipeline.finished' : 'pipeline.failed';
  const runId = `check/${name}/${key}/${since}`;
  const id = `${runId}/${bad === undefined ? 'over' : attempt === 1 ? 'failed' : 'worse'}`;
  const told = {
    ...about,
    ...{ platform: 'prometheus', runId, attempt, name, kind: 'deployment' as const, startedAt: iso(since) },
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
