import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  QuantityError,
  timesQuantity,
} from '@prunella/core';
import type { LargestNode } from './cluster.ts';
import type { Container, PodTemplate, Resources } from './objects.ts';
import { nameOf, type Workload } from './workload.ts';

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
  /** Never more than it can give. */
  node: LargestNode;
}

/** The template with more, or why there is none. */
export type ScalePlan =
  | {
      kind: 'plan';
      container: string;
      /** Limits as they are written, e.g. `128Mi` and `192Mi`. */
      from: string;
      to: string;
      /** What bounded it beside the policy, or could not, for people; empty: nothing. */
      bounded: string;
      template: PodTemplate;
      /** To be written on the workload: what was raised, from where. */
      annotations: Record<string, string>;
    }
  | { kind: 'none'; reason: string };

const RAISED = 'prunella.dev/raised-';

/**
 * More memory or processor time for one container: its limit times the factor, at most `most` and what the largest node can give, its
 * request in proportion. What has no limit was not stopped by it. Pure.
 */
export function scalePlan(workload: Workload, wish: ScaleWish): ScalePlan {
  const name = nameOf(workload);
  const { owner, blocked, template, annotations } = workload;
  if (owner !== undefined) return none(`${owner} owns ${name} and would undo it; change it in its repository`);
  if (blocked !== undefined) return none(`${name} ${blocked}`);
  const containers = template.spec?.containers ?? [];
  const at = wish.container === '' ? onlyOne(containers) : containers.findIndex((one) => one.name === wish.container);
  const container = containers[at];
  if (container === undefined) {
    const names = containers.map((one) => one.name).join(', ');
    return none(`it is not known which container of ${name} needs more: it has ${names || 'none'}`);
  }
  const earlier = raisedBefore(annotations, container.name, wish.resource);
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
  template: PodTemplate,
  at: number,
  container: Container,
  { resource, factor, most, node }: ScaleWish,
  earlier: readonly string[],
): ScalePlan {
  const limit = container.resources?.limits?.[resource];
  if (limit === undefined) return none(`${container.name} has no ${resource} limit that could be raised`);
  const before = parseQuantity(limit);
  const wanted = timesQuantity(before, factor);
  const { cap, says, by } = tightest(most, node, resource);
  const after = compareQuantities(wanted, cap) > 0 ? cap : wanted;
  if (compareQuantities(after, before) <= 0) {
    return none(`${container.name} has ${limit} of ${resource} already, and ${says}`);
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
    bounded: node.kind === 'unknown' ? `not bounded by the nodes: ${node.reason}` : after === wanted ? '' : by,
    template: { ...template, spec: { ...template.spec, containers } },
    annotations: { [annotationOf(container.name, resource)]: [...earlier, limit].join(' ') },
  };
}

/** The least of what may be given and what can be. `by`: what bounds it beside the policy. */
function tightest(
  most: string,
  node: LargestNode,
  resource: ScaleWish['resource'],
): { cap: Quantity; says: string; by: string } {
  const allowed = { cap: parseQuantity(most), says: `${most} is the most that may be given`, by: '' };
  if (node.kind === 'unknown') return allowed;
  const there = parseQuantity(node.amount);
  if (compareQuantities(there, allowed.cap) >= 0) return allowed;
  const says = `${node.name}, the largest node, has ${node.amount} of ${resource}`;
  return { cap: there, says, by: says };
}

/** The request keeps its part of the limit, where there is one. */
function raised(
  resources: Resources,
  resource: ScaleWish['resource'],
  { before, after }: { before: Quantity; after: Quantity },
): Resources {
  const request = resources.requests?.[resource];
  const limits = { ...resources.limits, [resource]: formatQuantity(after) };
  if (request === undefined) return { ...resources, limits };
  const { nano, format } = parseQuantity(request);
  const more = formatQuantity({ nano: (nano * after.nano) / before.nano, format });
  return { ...resources, limits, requests: { ...resources.requests, [resource]: more } };
}

/** Limits that it had before, as an earlier raise noted them. */
function raisedBefore(annotations: Workload['annotations'], container: string, resource: string): string[] {
  const noted = annotations[annotationOf(container, resource)] ?? '';
  return noted.split(' ').filter((text) => text !== '');
}

/** A name of at most 63 characters, as Kubernetes asks for; those of containers are as long as that. */
function annotationOf(container: string, resource: string): string {
  return `${RAISED}${resource}.${container}`.slice(0, RAISED.indexOf('/') + 1 + 63);
}

function onlyOne(containers: readonly Container[]): number {
  return containers.length === 1 ? 0 : -1;
}

function none(reason: string): ScalePlan {
  return { kind: 'none', reason };
}
