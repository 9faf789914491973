import { templateHash } from './template.ts';
import type { Revision, Workload } from './workload.ts';

/** A Deployment that hangs at revision 3, for specs. */
export function workload(changes: Partial<Workload> = {}): Workload {
  const itself = {
    type: { group: 'apps', version: 'v1', plural: 'deployments', singular: 'deployment' },
    name: 'web',
    resourceVersion: '1',
    annotations: {},
  };
  return {
    kind: 'Deployment',
    namespace: 'default',
    name: 'web',
    uid: 'u1',
    revision: 3,
    template: templateOf('v3'),
    annotations: {},
    selector: 'app=web',
    owner: undefined,
    blocked: undefined,
    available: 0,
    rollout: { kind: 'progressing', says: 'it is' },
    deadlineSeconds: 600,
    self: itself,
    holder: itself,
    updating: false,
    ...changes,
  };
}

export function templateOf(image: string) {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image }] } };
}

/** A revision with this image, for specs; the third is the current one. */
export function revision(number: number, image = `v${number}`, changes: Partial<Revision> = {}): Revision {
  const template = templateOf(image);
  return {
    number,
    template,
    hash: templateHash(template),
    current: number === 3,
    health: 'unknown',
    podLabel: { name: 'pod-template-hash', value: `h${number}` },
    ...changes,
  };
}
