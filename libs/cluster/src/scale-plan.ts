import type { V1Container, V1Deployment, V1PodTemplateSpec, V1ResourceRequirements } from '@kubernetes/client-node';
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  QuantityError,
  timesQuantity,
} from '@prunella/core';
import { gitOpsOwner } from './rollback-target.ts';

/** What to raise, and how far. */
export interface ScaleWish {
  resource: 'memory' | 'cpu';
  /** So many times the limit that stands there; more than 1. */
  factor: number;
  /** The container's name; empty: the only one there is. */
  container: string;
  /** Never more than this, e.g. `8Gi`. */
  most: string;
  /** Never raised more often than this: what grows without end is a leak. */
  times: number;
}

/** The template with more, or why there is none. */
export type ScalePlan =
  | {
      kind: 'plan';
      container: string;
      /** Limits as they are written, e.g. `128Mi` and `192Mi`. */
      from: string;
      to: string;
      template: V1PodTemplateSpec;
      /** To be written on the Deployment: what was raised, from where. */
      annotations: Record<string, string>;
    }
  | { kind: 'none'; reason: string };

const RAISED = 'prunella.dev/raised-';

/**
 * More memory or processor time for one container: its limit times the factor, at most `most`, its request in proportion. What has
 * no limit was not stopped by it. Pure.
 */
export function scalePlan(deployment: V1Deployment, wish: ScaleWish): ScalePlan {
  const name = `${deployment.metadata?.namespace}/${deployment.metadata?.name}`;
  const owner = gitOpsOwner(deployment);
  if (owner !== undefined) return none(`${owner} owns ${name} and would undo it; change it in its repository`);
  if (deployment.spec?.paused === true) return none(`${name} is paused; resume it first (kubectl rollout resume)`);
  const template = deployment.spec?.template;
  const containers = template?.spec?.containers ?? [];
  const at = wish.container === '' ? onlyOne(containers) : containers.findIndex((one) => one.name === wish.container);
  const container = containers[at];
  if (template === undefined || container === undefined) {
    const names = containers.map((one) => one.name).join(', ');
    return none(`it is not known which container of ${name} needs more: it has ${names || 'none'}`);
  }
  const earlier = raisedBefore(deployment, container.name, wish.resource);
  if (earlier.length >= wish.times) {
    return none(
      `${container.name} was raised already, from ${earlier.join(' to ')}: what needs ever more may be a leak`,
    );
  }
  try {
    return planFor(template, at, container, wish, earlier);
  } catch (error) {
    if (error instanceof QuantityError) return none(`${container.name}: ${error.message}`);
    throw error;
  }
}

function planFor(
  template: V1PodTemplateSpec,
  at: number,
  container: V1Container,
  { resource, factor, most }: ScaleWish,
  earlier: readonly string[],
): ScalePlan {
  const limit = container.resources?.limits?.[resource];
  if (limit === undefined) return none(`${container.name} has no ${resource} limit that could be raised`);
  const [before, cap] = [parseQuantity(limit), parseQuantity(most)];
  const wanted = timesQuantity(before, factor);
  const after = compareQuantities(wanted, cap) > 0 ? cap : wanted;
  if (compareQuantities(after, before) <= 0) {
    return none(`${container.name} has ${limit} of ${resource} already, and ${most} is the most that may be given`);
  }
  const to = formatQuantity(after);
  const resources = raised(container.resources ?? {}, resource, { before, after });
  const containers = (template.spec?.containers ?? []).map((one, index) =>
    index === at ? { ...one, resources } : one,
  );
  return {
    kind: 'plan',
    container: container.name,
    from: limit,
    to,
    template: { ...template, spec: { ...template.spec, containers } },
    annotations: { [annotationOf(container.name, resource)]: [...earlier, limit].join(' ') },
  };
}

/** The request keeps its part of the limit, where there is one. */
function raised(
  resources: V1ResourceRequirements,
  resource: ScaleWish['resource'],
  { before, after }: { before: Quantity; after: Quantity },
): V1ResourceRequirements {
  const request = resources.requests?.[resource];
  const limits = { ...resources.limits, [resource]: formatQuantity(after) };
  if (request === undefined) return { ...resources, limits };
  const { nano, format } = parseQuantity(request);
  const more = formatQuantity({ nano: (nano * after.nano) / before.nano, format });
  return { ...resources, limits, requests: { ...resources.requests, [resource]: more } };
}

/** Limits that it had before, as an earlier raise noted them. */
function raisedBefore({ metadata }: V1Deployment, container: string, resource: string): string[] {
  const noted = metadata?.annotations?.[annotationOf(container, resource)] ?? '';
  return noted.split(' ').filter((text) => text !== '');
}

/** A name of at most 63 characters, as Kubernetes asks for; those of containers are as long as that. */
function annotationOf(container: string, resource: string): string {
  return `${RAISED}${resource}.${container}`.slice(0, RAISED.indexOf('/') + 1 + 63);
}

function onlyOne(containers: readonly V1Container[]): number {
  return containers.length === 1 ? 0 : -1;
}

function none(reason: string): ScalePlan {
  return { kind: 'none', reason };
}
