import { Inject, Injectable } from '@nestjs/common';
import type { Received } from '@prunella/bus';
import type { PipelineFailed } from '@prunella/contracts';
import { messageOf } from '@prunella/core';
import { type Prometheus, prometheusFromEnvironment } from '@prunella/metrics';
import { type Measurement, measurementsFor } from '@prunella/policy';
import { ENVIRONMENT } from '@prunella/service-kit';
import { DiagnoserPolicy } from '../diagnoser-policy.ts';
import type { DiagnoserEnvironment } from '../environment.ts';
import type { Gathered } from './gather.ts';

const LONGEST_MS = 10_000;

type Measured = Required<Pick<Gathered, 'metrics' | 'gaps'>>;

/** Asks Prometheus how the workload of a failure was, as `metrics` in prunella.yaml say. */
@Injectable()
export class Measurements {
  private readonly prometheus: Prometheus | undefined;

  constructor(
    @Inject(ENVIRONMENT) environment: DiagnoserEnvironment,
    private readonly policy: DiagnoserPolicy,
  ) {
    this.prometheus = prometheusFromEnvironment(environment as unknown as NodeJS.ProcessEnv);
  }

  /** Nothing where no Prometheus is configured, no workload is named, or the reporter measured itself. Never throws. */
  async around({ data, time }: Pick<Received<'pipeline.failed'>, 'data' | 'time'>): Promise<Measured> {
    const { prometheus } = this;
    const workload = workloadOf(data);
    if (prometheus === undefined || workload === undefined || Object.keys(data.metrics).length > 0) {
      return { metrics: {}, gaps: [] };
    }
    return await measure(measurementsFor(this.policy.current.metrics, workload), prometheus, atOf(data, time));
  }
}

async function measure(
  wanted: readonly Measurement[],
  prometheus: Pick<Prometheus, 'value'>,
  at: number | undefined,
): Promise<Measured> {
  const signal = AbortSignal.timeout(LONGEST_MS);
  const metrics: Record<string, number> = {};
  const gaps = new Set<string>();
  await Promise.all(
    wanted.map(async ({ metric, query }) => {
      try {
        const reading = await prometheus.value(query, signal, at);
        // What nobody measures is no gap: not every service has requests, nor every container a limit.
        if (reading.kind === 'value' && Number.isFinite(reading.value)) metrics[metric] = reading.value;
      } catch (error) {
        gaps.add(`${metric} could not be read: ${messageOf(error)}`);
      }
    }),
  );
  return { metrics, gaps: [...gaps] };
}

function workloadOf({ workload, environment }: PipelineFailed) {
  return workload && { ...workload, namespace: workload.namespace || environment || 'default' };
}

/** When it failed; undefined, which is now: nobody says. */
function atOf({ finishedAt }: PipelineFailed, time: string): number | undefined {
  const at = Date.parse(finishedAt ?? time);
  return Number.isNaN(at) ? undefined : at;
}
