import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { messageOf } from '@prunella/core';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole';
import { ClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding';
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Pod } from 'kubernetes-models/v1/Pod';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { type KubernetesObject, nameOf } from './object.ts';

/**
 * The kinds that we ship. Their schemas are the published ones: OpenAPI of Kubernetes, and the CustomResourceDefinitions of KEDA, the Prometheus
 * Operator and the Gateway API (packages `kubernetes-models`).
 */
const KINDS = [
  ...[
    ClusterRole,
    ClusterRoleBinding,
    ConfigMap,
    Deployment,
    HTTPRoute,
    HorizontalPodAutoscaler,
    Ingress,
    Job,
    Namespace,
  ],
  ...[NetworkPolicy, Pod, PodDisruptionBudget, PrometheusRule, Role, RoleBinding, ScaledObject, Service],
  ...[ServiceAccount, ServiceMonitor, StatefulSet],
] as readonly Kind[];

interface Kind {
  apiVersion: string;
  kind: string;
  prototype: object;
}

export const shippedKinds: readonly string[] = KINDS.map(({ kind }) => kind);

/**
 * What is wrong with an object by the schema of its kind, fields that the schema does not know among it: an API server would drop those without a
 * word (or, asked strictly, refuse them). The packages' own validators let them pass, so it is noted which fields a validator asks for.
 */
export function schemaProblems(object: KubernetesObject): string[] {
  const known = KINDS.find(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind);
  if (known === undefined) return [`${nameOf(object)}: ${object.apiVersion} ${object.kind} is no kind that we ship`];
  const book = new Book();
  const watched = book.watch(Object.setPrototypeOf({ ...object }, known.prototype), '') as { validate(): void };
  try {
    watched.validate();
  } catch (error) {
    return [`${nameOf(object)}: ${messageOf(error)}`];
  }
  return book.unknown().map((path) => `${nameOf(object)}: ${path} is no field that its schema knows`);
}

/** Which fields of which objects were asked for. */
class Book {
  private readonly looks = new Map<object, { path: string; asked: Set<string>; isMap: boolean }>();
  private readonly proxies = new WeakMap<object, object>();

  watch(value: unknown, path: string): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const there = this.proxies.get(value);
    if (there !== undefined) return there;
    const look = { path, asked: new Set<string>(), isMap: Array.isArray(value) };
    this.looks.set(value, look);
    const proxy = new Proxy(value, {
      get: (target, key, receiver) => {
        if (typeof key === 'string') look.asked.add(key);
        return this.watch(Reflect.get(target, key, receiver), `${path}/${String(key)}`);
      },
      // A validator that goes through all keys takes any: labels, limits, ...
      ownKeys: (target) => {
        look.isMap = true;
        return Reflect.ownKeys(target);
      },
    });
    this.proxies.set(value, proxy);
    return proxy;
  }

  /** Of an object of which nothing was asked, anything may be in it. */
  unknown(): string[] {
    return [...this.looks].flatMap(([object, { path, asked, isMap }]) =>
      isMap || asked.size === 0
        ? []
        : Object.keys(object)
            .filter((key) => !asked.has(key))
            .map((key) => `${path}/${key}`),
    );
  }
}
