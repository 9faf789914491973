import { type KubernetesObject, nameOf, type Pod, podsOf, selects } from './object.ts';

/** What is not among the objects and yet is there, as `Secret ci/prunella-api`: it was made by hand. */
export type External = (reference: string) => boolean;

/** Whatever names another object names one that is there, and every selector selects. */
export function referenceProblems(objects: readonly KubernetesObject[], external: External): string[] {
  const pods = podsOf(objects);
  const there = new Set(objects.map(nameOf));
  const missing = (from: string, reference: string) =>
    there.has(reference) || external(reference) ? [] : [`${from}: there is no ${reference}`];
  return [
    ...twice(objects.map(nameOf)).map((name) => `${name} is there twice`),
    ...pods.flatMap((pod) => namedBy(pod).flatMap((reference) => missing(pod.owner, reference))),
    ...pods.flatMap(podProblems),
    ...objects.flatMap((object) => problemsOf(object, objects, pods, missing)),
  ];
}

function problemsOf(
  object: KubernetesObject,
  objects: readonly KubernetesObject[],
  pods: readonly Pod[],
  missing: (from: string, reference: string) => string[],
): string[] {
  const name = nameOf(object);
  const { namespace = 'default' } = object.metadata;
  const spec = object['spec'];
  const selected = (selector: object) =>
    pods.filter((pod) => pod.namespace === namespace && selects(selector, pod.labels));
  const service = (wanted: string, port: { name?: string; number?: number }) => {
    const found = objects.find((one) => nameOf(one) === `Service ${namespace}/${wanted}`);
    if (found === undefined) return [`${name}: there is no Service ${namespace}/${wanted}`];
    const ports: { name: string; port: number }[] = found['spec'].ports;
    const fits = ports.some((one) => one.name === port.name || one.port === port.number);
    return fits ? [] : [`${name}: Service ${wanted} has no port ${port.name ?? port.number}`];
  };
  switch (object.kind) {
    case 'Deployment':
    case 'StatefulSet':
      return [
        ...(selects(spec.selector, spec.template.metadata.labels)
          ? []
          : [`${name}: its selector does not select its own pods`]),
        ...(selected(spec.selector).length > 1 ? [`${name}: its selector selects pods of others, too`] : []),
        ...(object.kind === 'StatefulSet' ? missing(name, `Service ${namespace}/${spec.serviceName}`) : []),
      ];
    case 'Service': {
      const behind = selected({ matchLabels: spec.selector });
      return behind.length === 0
        ? [`${name}: selects no pods`]
        : spec.ports.flatMap(({ targetPort }: { targetPort: string | number }) =>
            behind
              .filter((pod) => containerPort(pod, targetPort) === undefined)
              .map((pod) => `${name}: ${pod.owner} has no port ${targetPort}`),
          );
    }
    case 'PodDisruptionBudget':
      return selected(spec.selector).length === 1 ? [] : [`${name}: selects not one workload`];
    case 'NetworkPolicy':
      return selected(spec.podSelector).length > 0 ? [] : [`${name}: selects no pods`];
    case 'HorizontalPodAutoscaler':
    case 'ScaledObject': {
      const { kind, name: target } = spec.scaleTargetRef;
      const workload = objects.find((one) => nameOf(one) === `${kind} ${namespace}/${target}`);
      if (workload === undefined) return [`${name}: there is no ${kind} ${namespace}/${target}`];
      return workload['spec'].replicas === undefined ? [] : [`${name}: ${nameOf(workload)} says how many, too`];
    }
    case 'RoleBinding':
    case 'ClusterRoleBinding': {
      const role =
        object['roleRef'].kind === 'Role'
          ? `Role ${namespace}/${object['roleRef'].name}`
          : `ClusterRole ${object['roleRef'].name}`;
      return [
        ...missing(name, role),
        ...object['subjects'].flatMap((subject: { kind: string; name: string; namespace: string }) =>
          missing(name, `${subject.kind} ${subject.namespace}/${subject.name}`),
        ),
      ];
    }
    case 'Ingress':
      return spec.rules.flatMap(
        (rule: { http: { paths: { backend: { service: { name: string; port: object } } }[] } }) =>
          rule.http.paths.flatMap(({ backend }) => service(backend.service.name, backend.service.port)),
      );
    case 'HTTPRoute':
      return spec.rules.flatMap((rule: { backendRefs: { name: string; port: number }[] }) =>
        rule.backendRefs.flatMap(({ name: wanted, port }) => service(wanted, { number: port })),
      );
    case 'ServiceMonitor': {
      const services = objects.filter(
        (one) => one.kind === 'Service' && selects(spec.selector, one.metadata.labels ?? {}),
      );
      return spec.endpoints.flatMap(({ port }: { port: string }) =>
        services.length > 0 &&
        services.every((one) => one['spec'].ports.some((own: { name: string }) => own.name === port))
          ? []
          : [`${name}: not every Service that it selects has a port ${port}`],
      );
    }
    default:
      return [];
  }
}

/** A port of a pod, by name or number. */
export function containerPort({ spec }: Pod, wanted: string | number): number | undefined {
  const ports: { name?: string; containerPort: number }[] = spec.containers.flatMap(
    (container: { ports?: [] }) => container.ports ?? [],
  );
  return ports.find(({ name, containerPort: port }) => name === wanted || port === wanted)?.containerPort;
}

/** Everything that a pod needs to start. */
function namedBy({ namespace, spec }: Pod): string[] {
  // biome-ignore lint/suspicious/noExplicitAny: a Volume; checked by its schema.
  const ofVolume = (volume: any): string[] => [
    ...(volume.configMap ? [`ConfigMap ${namespace}/${volume.configMap.name}`] : []),
    ...(volume.secret ? [`Secret ${namespace}/${volume.secret.secretName}`] : []),
    ...(volume.projected?.sources ?? []).flatMap((source: { secret?: { name: string } }) =>
      source.secret ? [`Secret ${namespace}/${source.secret.name}`] : [],
    ),
  ];
  // biome-ignore lint/suspicious/noExplicitAny: a Container; checked by its schema.
  const ofContainer = ({ env = [] }: any): string[] =>
    env.flatMap(({ valueFrom }: { valueFrom?: { secretKeyRef?: { name: string } } }) =>
      valueFrom?.secretKeyRef ? [`Secret ${namespace}/${valueFrom.secretKeyRef.name}`] : [],
    );
  return [
    ...(spec.serviceAccountName === undefined ? [] : [`ServiceAccount ${namespace}/${spec.serviceAccountName}`]),
    ...(spec.imagePullSecrets ?? []).map(({ name }: { name: string }) => `Secret ${namespace}/${name}`),
    ...(spec.volumes ?? []).flatMap(ofVolume),
    ...new Set<string>(spec.containers.flatMap(ofContainer)),
  ];
}

/** Inside of one pod: mounts have volumes, probes have ports, no name is there twice. */
function podProblems(pod: Pod): string[] {
  const volumes: string[] = (pod.spec.volumes ?? []).map(({ name }: { name: string }) => name);
  return [
    ...twice(volumes).map((name) => `${pod.owner}: volume ${name} is there twice`),
    // biome-ignore lint/suspicious/noExplicitAny: a Container; checked by its schema.
    ...pod.spec.containers.flatMap((container: any) => [
      ...(container.volumeMounts ?? [])
        .filter(({ name }: { name: string }) => !volumes.includes(name) && !claimed(pod, name))
        .map(({ name }: { name: string }) => `${pod.owner}: mounts ${name}, and there is no such volume`),
      ...twice((container.volumeMounts ?? []).map(({ mountPath }: { mountPath: string }) => mountPath)).map(
        (path) => `${pod.owner}: two volumes at ${path}`,
      ),
      ...twice((container.env ?? []).map(({ name }: { name: string }) => name)).map(
        (name) => `${pod.owner}: variable ${name} is there twice`,
      ),
      ...['startupProbe', 'readinessProbe', 'livenessProbe']
        .map((probe) => container[probe]?.httpGet?.port)
        .filter((port) => port !== undefined && containerPort(pod, port) === undefined)
        .map((port) => `${pod.owner}: a probe asks at port ${port}, which it does not have`),
    ]),
  ];
}

/** Of a StatefulSet the claims are volumes, too. */
function claimed({ owner }: Pod, name: string): boolean {
  return owner.startsWith('StatefulSet ') && name === 'data';
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
