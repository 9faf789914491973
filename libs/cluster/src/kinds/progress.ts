import type { Api } from '../api.ts';
import { type Condition, type ResourceType, timeOf } from '../objects.ts';
import type { RolloutState, Workload } from '../workload.ts';

/** What the specs of a Deployment and a Rollout share. */
export interface ReplicatedSpec {
  replicas?: number;
  paused?: boolean;
  progressDeadlineSeconds?: number;
}

/** What their statuses share. */
export interface ReplicatedStatus {
  replicas?: number;
  updatedReplicas?: number;
  availableReplicas?: number;
  conditions?: Condition[];
}

/** As the API server puts it into a Deployment, and the controller takes it for a Rollout, whose author said nothing. */
const USUAL_DEADLINE_SECONDS = 600;
const OUT_OF_TIME = 'ProgressDeadlineExceeded';

/** How long a rollout may make no progress, in seconds. */
export function deadlineOf({ progressDeadlineSeconds = USUAL_DEADLINE_SECONDS }: ReplicatedSpec): number {
  return progressDeadlineSeconds;
}

/**
 * That there was no progress within the deadline; undefined: nothing says so. Once it stands there it stays, whatever the deadline is then, until
 * there is progress.
 */
export function outOfTime(status: ReplicatedStatus | undefined): (RolloutState & { kind: 'failed' }) | undefined {
  const progressing = progressIn(status);
  if (progressing?.reason !== OUT_OF_TIME) return undefined;
  const says = 'the rollout exceeded its progress deadline';
  return { kind: 'failed', says, since: timeOf(progressing.lastUpdateTime), outOfTime: true };
}

export function progressIn(status: ReplicatedStatus | undefined): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Progressing');
}

/** Changes the deadline and nothing else of the spec. */
export function deadlineSetter(type: ResourceType) {
  return async (
    api: Api,
    { self, namespace }: Workload,
    seconds: number,
    annotations: Readonly<Record<string, string>>,
  ): Promise<void> => {
    await api.patch(type, { ...self, namespace }, [
      { op: 'add', path: '/spec/progressDeadlineSeconds', value: seconds },
      { op: 'add', path: '/metadata/annotations', value: { ...self.annotations, ...annotations } },
    ]);
  };
}
