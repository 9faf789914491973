import { type Events, parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import type { Reach, Report } from '../source.ts';
import type { RolloutObject } from './notification.ts';

/**
 * A Rollout that was aborted or is degraded as a failure, a healthy one as a deployment that went well; a text: why it is neither. One revision is one
 * run, as where the cluster itself is watched: told in both ways it is one incident.
 */
export function rolloutReport({ metadata, status }: RolloutObject): Report | string {
  const { namespace, name, uid } = metadata;
  const { phase, currentPodHash: hash } = status;
  const type = troubleOf(status);
  if (type === undefined && phase !== 'Healthy') {
    return `rollout ${namespace}/${name} is ${phase || 'in no phase'}: expected Healthy, Degraded or aborted`;
  }
  const subject = type === undefined ? 'pipeline.finished' : 'pipeline.failed';
  const runId = [uid || `${namespace}/${name}`, hash].filter((part) => part !== '').join('.');
  const id = `rollout/${runId}/${type ?? 'healthy'}/${metadata.resourceVersion}`;
  const data = completed<Events['pipeline.finished' | 'pipeline.failed']>(
    parseData(subject, {
      pipelineId: `kubernetes/${namespace}/Rollout/${name}`,
      platform: 'kubernetes',
      runId,
      environment: namespace,
      name: `Rollout ${namespace}/${name}`,
      kind: 'deployment',
      workload: { kind: 'Rollout', namespace, name, container: '' },
      conclusion: type === undefined ? 'success' : 'failure',
      ...(type !== undefined && { error: { type, message: status.message || `it is ${phase}`, stack: '' } }),
    }),
    id,
  );
  return { subject, id, source: 'webhook/argo-rollouts', data } as Report;
}

/** The report, if the Rollout still is as it says; undefined: it is something else by now, or gone. Throws ProviderError. */
export async function asItIsNow(report: Report, { cluster }: Reach): Promise<Report | undefined> {
  if (cluster === undefined || (report.subject !== 'pipeline.failed' && report.subject !== 'pipeline.finished')) {
    return report;
  }
  const { workload } = report.data;
  const now = workload && (await cluster.get({ kind: 'Rollout', namespace: workload.namespace, name: workload.name }));
  if (now === undefined) return undefined;
  const { kind, says } = now.rollout;
  if (report.subject === 'pipeline.finished') return kind === 'complete' ? report : undefined;
  if (kind !== 'failed') return undefined;
  const { type = 'RolloutDegraded', stack = '' } = report.data.error ?? {};
  return { ...report, data: { ...report.data, error: { ...report.data.error, type, message: says, stack } } };
}

function troubleOf({ abort, phase, message }: RolloutObject['status']): string | undefined {
  if (abort) return 'RolloutAborted';
  if (phase !== 'Degraded') return undefined;
  return message.includes('ProgressDeadlineExceeded') ? 'ProgressDeadlineExceeded' : 'RolloutDegraded';
}
