import type { ContainerStatus, Pod } from './objects.ts';
import type { Revision } from './workload.ts';

/** What pods of a revision tell about their memory. */
export type MemoryState =
  | { kind: 'enough' }
  | { kind: 'killed'; pod: string; container: string }
  /** It has no pods that could tell. */
  | { kind: 'unknown' };

/** Whether a container of this revision was killed for want of memory, now or the last time it ran. Pure. */
export function memoryState(pods: readonly Pod[], { podLabel }: Pick<Revision, 'podLabel'>): MemoryState {
  const its = pods.filter(({ metadata }) => podLabel && metadata.labels?.[podLabel.name] === podLabel.value);
  for (const { metadata, status } of its) {
    const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    const killed = containers.find(wasKilled);
    if (killed !== undefined) return { kind: 'killed', pod: metadata.name, container: killed.name };
  }
  return its.some(({ status }) => (status?.containerStatuses ?? []).length > 0)
    ? { kind: 'enough' }
    : { kind: 'unknown' };
}

function wasKilled({ state, lastState }: ContainerStatus): boolean {
  return state?.terminated?.reason === 'OOMKilled' || lastState?.terminated?.reason === 'OOMKilled';
}
