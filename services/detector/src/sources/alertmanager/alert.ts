import { type Events, parseData, type Workload } from '@prunella/contracts';
import { completed } from '@prunella/core';
import type { Report } from '../source.ts';
import type { Alert } from './notification.ts';

/** As kube-state-metrics and most exporters name what a series is about. */
const WORKLOADS: readonly (readonly [label: string, kind: string])[] = [
  ['deployment', 'Deployment'],
  ['statefulset', 'StatefulSet'],
  ['daemonset', 'DaemonSet'],
  ['rollout', 'Rollout'],
];
const KUBERNETES_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Annotations that are numbers for the diagnosis, as `metrics` of pipeline.failed names them: `prunella_error_rate: '{{ $value }}'`. */
const METRICS = ['error_rate', 'memory', 'cpu', 'latency_ms', 'duration_ratio'] as const;

/**
 * An alert as a failure, or as the end of one. What it is about is in its labels (docs/guide/alertmanager.md); two alerts that differ only in the pod or
 * the instance that they name are about the same thing.
 *
 * @param sender the address of the Alertmanager; empty: not known.
 */
export function alertReport(alert: Alert, sender: string): Report {
  const { labels, startsAt, fingerprint } = alert;
  const isFiring = alert.status === 'firing';
  const subject = isFiring ? 'pipeline.failed' : 'pipeline.finished';
  const id = `alert/${fingerprint}/${startsAt}/${alert.status}`;
  const workload = workloadOf(labels);
  const told = {
    pipelineId: pipelineOf(labels, workload),
    platform: 'alertmanager',
    repository: first(labels, 'repository', 'repo'),
    runId: `alert/${fingerprint}/${startsAt}`,
    headSha: first(labels, 'commit', 'sha', 'revision'),
    branch: first(labels, 'branch'),
    environment: first(labels, 'environment', 'env'),
    url: urlOf(alert),
    name: cut(labels['alertname'] ?? 'alert', 512),
    kind: 'deployment' as const,
    startedAt: startsAt,
    ...(workload && { workload }),
    ...(isFiring ? firing(alert) : { conclusion: 'success' as const, finishedAt: alert.endsAt }),
  };
  const data = completed<Events['pipeline.failed' | 'pipeline.finished']>(parseData(subject, told), id);
  const time = isFiring ? startsAt : alert.endsAt;
  return { subject, id, source: sourceOf(sender), time, data } as Report;
}

function firing({ labels, annotations }: Alert): Partial<Events['pipeline.failed']> {
  const suggestedAction = annotations['prunella_action'] ?? annotations['suggested_action'];
  const says = [annotations['summary'], annotations['description'] ?? annotations['message']];
  const message = says.filter((text) => text !== undefined && text !== '').join('\n');
  return {
    conclusion: 'failure',
    error: {
      type: cut(annotations['prunella_error_type'] ?? labels['alertname'] ?? '', 256),
      message: message || `alert ${labels['alertname'] ?? ''} fires`,
      stack: '',
      ...(suggestedAction !== undefined && { suggestedAction: cut(suggestedAction, 64) }),
    },
    metrics: metricsOf(annotations),
  };
}

function metricsOf(annotations: Alert['annotations']): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of METRICS) {
    const text = annotations[`prunella_${name}`];
    // A template that found nothing gives an empty text: no data is no number.
    const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value)) found[name] = value;
  }
  return found;
}

function workloadOf(labels: Alert['labels']): Workload | undefined {
  for (const [label, kind] of WORKLOADS) {
    const name = labels[label];
    const namespace = labels['namespace'] ?? '';
    if (name === undefined || !KUBERNETES_NAME.test(name)) continue;
    // The same names stand on series of other systems: without a namespace it is no workload of a cluster.
    if (!KUBERNETES_NAME.test(namespace)) continue;
    return { kind, namespace, name, container: labels['container'] ?? '' };
  }
  return undefined;
}

/** What it is about, however many pods and instances tell it. */
function pipelineOf(labels: Alert['labels'], workload: Workload | undefined): string {
  const named = first(labels, 'pipeline', 'pipeline_id');
  if (named !== '') return cut(named, 512);
  const about = workload?.name ?? first(labels, 'service', 'job');
  return cut(['alert', labels['alertname'] ?? '', labels['namespace'] ?? '', about].join('/'), 512);
}

function urlOf({ annotations, generatorURL }: Alert): string {
  const url = annotations['runbook_url'] || generatorURL;
  return url.length <= 2_048 && /^https?:\/\//.test(url) ? url : '';
}

function sourceOf(sender: string): string {
  return /^https?:\/\/[^\s]+$/.test(sender) ? sender : 'alertmanager';
}

function first(labels: Alert['labels'], ...names: string[]): string {
  const found = names.map((name) => labels[name]).find((value) => value !== undefined && value !== '') ?? '';
  return found.length <= 512 ? found : '';
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
