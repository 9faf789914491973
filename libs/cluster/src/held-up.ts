import type { Pod } from './objects.ts';
import type { Revision } from './workload.ts';

/** Why a container waits that will not start however long one waits. */
const HOPELESS = [
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
];

/** What holds up a revision that time alone does not help, e.g. `app in pod web-1 is in CrashLoopBackOff`; undefined: nothing shows. Pure. */
export function heldUpBy(pods: readonly Pod[], { podLabel }: Pick<Revision, 'podLabel'>): string | undefined {
  for (const { metadata, status } of pods) {
    if (podLabel === undefined || metadata.labels?.[podLabel.name] !== podLabel.value) continue;
    for (const { name, state } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
      const reason = state?.waiting?.reason ?? '';
      if (HOPELESS.includes(reason)) return `${name} in pod ${metadata.name} is in ${reason}`;
    }
  }
  return undefined;
}
