import { ProviderError } from '@prunella/core';
import { gitOpsOwner } from '../git-ops.ts';
import { notedChange } from '../notes.ts';
import {
  type KubeObject,
  type PodTemplate,
  type ResourceType,
  type Selector,
  selectorText,
  timeOf,
} from '../objects.ts';
import { type Aborted, holderOf, nameOf, type RolloutState, type WorkloadKind } from '../workload.ts';
import { DEPLOYMENTS, type Deployment } from './deployment.ts';
import {
  deadlineOf,
  deadlineSetter,
  outOfTime,
  progressIn,
  type ReplicatedSpec,
  type ReplicatedStatus,
} from './progress.ts';
import { numberOf, replicaSetRevisions } from './replica-sets.ts';

const ROLLOUTS: ResourceType = { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts', singular: 'rollout' };
const REVISION = 'rollout.argoproj.io/revision';
const HASH = 'rollouts-pod-template-hash';
/** What is said of an update that was broken off because of its deadline (`progressDeadlineAbort`). */
const BROKEN_OFF_LATE = /\bhas timed out progressing\b/;

export type Rollout = KubeObject<
  ReplicatedSpec & {
    /** Absent where the template is another object's. */
    selector?: Selector;
    template?: PodTemplate;
    workloadRef?: { apiVersion: string; kind: string; name: string };
    restartAt?: string;
  },
  ReplicatedStatus & {
    /** A text, unlike everywhere else. */
    observedGeneration?: string;
    workloadObservedGeneration?: string;
    phase?: string;
    message?: string;
    abort?: boolean;
    abortedAt?: string;
    stableRS?: string;
    currentPodHash?: string;
    restartedAt?: string;
  }
>;

/** Argo Rollouts. Abort and retry are written to its status: sent with the spec they are dropped without a word. */
export const rollout: WorkloadKind = {
  kind: 'Rollout',
  async read(api, { namespace, name }) {
    const it = await api.get<Rollout>(ROLLOUTS, namespace, name);
    if (it === undefined) return undefined;
    const { metadata, spec, status } = it;
    const from = await referredTo();
    const holder = from ?? it;
    const template = holder.spec.template;
    const selector = spec.selector ?? from?.spec.selector;
    if (template === undefined || selector === undefined) {
      throw new ProviderError('kubernetes', 'refused', `rollout ${nameOf({ namespace, name })} has no template`);
    }
    const observed = isObserved(it, from);
    const updating =
      status?.stableRS !== undefined && status.stableRS !== '' && status.stableRS !== status.currentPodHash;
    return {
      kind: this.kind,
      namespace,
      name,
      uid: metadata.uid,
      revision: observed ? numberOf(metadata.annotations?.[REVISION]) : undefined,
      template,
      annotations: notesOf(metadata.annotations ?? {}, holder.metadata.annotations ?? {}),
      selector: selectorText(selector),
      owner: gitOpsOwner(metadata) ?? gitOpsOwner(holder.metadata),
      // By a person; pauses of its steps are in the status.
      blocked: spec.paused === true ? 'is paused; resume it first (spec.paused)' : undefined,
      available: status?.availableReplicas ?? 0,
      rollout: observed ? rolloutState(it) : { kind: 'progressing', says: 'the change is not observed yet' },
      deadlineSeconds: deadlineOf(spec),
      self: holderOf(ROLLOUTS, it),
      holder: holderOf(from === undefined ? ROLLOUTS : DEPLOYMENTS, holder),
      ...(updating && { stable: status.stableRS }),
      updating: updating && status.abort !== true,
      ...(updating && status.abort === true && { aborted: abortedBy(status) }),
    };

    async function referredTo(): Promise<Deployment | undefined> {
      const ref = spec.workloadRef;
      if (ref === undefined) return undefined;
      if (ref.kind !== 'Deployment') {
        throw new ProviderError('kubernetes', 'refused', `the template of a ${ref.kind} can't be changed`);
      }
      return await api.get<Deployment>(DEPLOYMENTS, namespace, ref.name);
    }
  },
  revisions: (api, workload) => replicaSetRevisions(api, workload, { revision: REVISION, hash: HASH }),
  async abort(api, workload) {
    if (workload.updating) await api.patchStatus(ROLLOUTS, workload, { abort: true });
  },
  retry: (api, workload) => api.patchStatus(ROLLOUTS, workload, { abort: false }),
  async restart(api, workload, at, notes) {
    // Where the template is another object's, this is the Rollout's all the same.
    const { self, namespace } = workload;
    await api.patch(ROLLOUTS, { ...self, namespace }, [
      { op: 'add', path: '/spec/restartAt', value: at },
      { op: 'add', path: '/metadata/annotations', value: { ...self.annotations, ...notes } },
    ]);
  },
  setDeadline: deadlineSetter(ROLLOUTS),
};

function abortedBy({ message = '', abortedAt }: NonNullable<Rollout['status']>): Aborted {
  return { says: message, at: timeOf(abortedAt) };
}

/** What was noted last comes last: on the Rollout at a restart, on the holder of its template else. */
function notesOf(own: Record<string, string>, holders: Record<string, string>): Record<string, string> {
  const at = (notes: Record<string, string>) => notedChange(notes)?.at ?? 0;
  return at(own) > at(holders) ? { ...holders, ...own } : { ...own, ...holders };
}

function isObserved({ metadata, status }: Rollout, from: Deployment | undefined): boolean {
  const own = Number(status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return (
    own && (from === undefined || Number(status?.workloadObservedGeneration ?? 0) >= (from.metadata.generation ?? 0))
  );
}

/** What its phase says, once the newest change was observed. Pure. */
export function rolloutState({ spec, status }: Pick<Rollout, 'spec' | 'status'>): RolloutState {
  const says = status?.message ? `: ${status.message}` : '';
  if (isBefore(status?.restartedAt, spec.restartAt)) {
    return { kind: 'progressing', says: 'its pods are being restarted' };
  }
  switch (status?.phase) {
    case 'Healthy': {
      const { availableReplicas = 0 } = status;
      return {
        kind: 'complete',
        says: `it is Healthy, ${availableReplicas} of ${spec.replicas ?? 1} replicas are available`,
      };
    }
    case 'Degraded': {
      const since = timeOf(progressIn(status)?.lastUpdateTime);
      const late = outOfTime(status) !== undefined || BROKEN_OFF_LATE.test(status.message ?? '');
      return { kind: 'failed', says: `it is Degraded${says}`, since, outOfTime: late };
    }
    default:
      return { kind: 'progressing', says: `it is ${status?.phase ?? 'new'}${says}` };
  }
}

function isBefore(time: string | undefined, than: string | undefined): boolean {
  const wanted = timeOf(than);
  return wanted !== undefined && (timeOf(time) ?? 0) < wanted - (wanted % 1_000);
}
