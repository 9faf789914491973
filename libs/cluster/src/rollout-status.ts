import type { V1Deployment } from '@kubernetes/client-node';

/** How a rollout stands. */
export type RolloutStatus =
  | { kind: 'complete'; says: string }
  | { kind: 'progressing'; says: string }
  /** Kubernetes gave up waiting (`ProgressDeadlineExceeded`); it does nothing more by itself. */
  | { kind: 'failed'; says: string };

/** What `kubectl rollout status` would say. Pure. */
export function rolloutStatus(deployment: V1Deployment): RolloutStatus {
  const { metadata, spec, status } = deployment;
  if ((metadata?.generation ?? 0) > (status?.observedGeneration ?? 0)) {
    return { kind: 'progressing', says: 'the change is not observed yet' };
  }
  const progressing = status?.conditions?.find((condition) => condition.type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return { kind: 'failed', says: 'the rollout exceeded its progress deadline' };
  }
  const wanted = spec?.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  const total = status?.replicas ?? 0;
  const available = status?.availableReplicas ?? 0;
  if (updated < wanted) return { kind: 'progressing', says: `${updated} of ${wanted} replicas are updated` };
  if (total > updated) return { kind: 'progressing', says: `${total - updated} old replicas wait for their end` };
  if (available < updated)
    return { kind: 'progressing', says: `${available} of ${updated} updated replicas are available` };
  return { kind: 'complete', says: `${available} of ${wanted} replicas are updated and available` };
}
