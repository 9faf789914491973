import { type KubernetesObject, podsOf } from './object.ts';

/** What a cluster's policy "restricted" asks of pods, and a bit more: nothing is written to the image, and versions are named. */
export function hygieneProblems(objects: readonly KubernetesObject[]): string[] {
  return podsOf(objects).flatMap(({ owner, spec }) => {
    const { securityContext: pod = {} } = spec;
    const says = (wrong: boolean, what: string) => (wrong ? [`${owner}: ${what}`] : []);
    return [
      ...says(pod.runAsNonRoot !== true || !(pod.runAsUser > 0), 'may run as root'),
      ...says(pod.seccompProfile?.type !== 'RuntimeDefault', 'has no seccomp profile'),
      ...says(spec.hostNetwork || spec.hostPID || spec.hostIPC, "uses the node's namespaces"),
      ...says(spec.enableServiceLinks !== false, 'is told of every service in the namespace'),
      ...says(
        spec.automountServiceAccountToken === undefined,
        'does not say whether it gets a token of its service account',
      ),
      // biome-ignore lint/suspicious/noExplicitAny: a Container; checked by its schema.
      ...spec.containers.flatMap(({ name, image, securityContext: own = {}, resources, ...container }: any) => [
        ...says(!/:(?!latest$)[\w][\w.-]*$|@sha256:[0-9a-f]{64}$/.test(image), `image ${image} has no version`),
        ...says(own.allowPrivilegeEscalation !== false, `${name} may get more privileges`),
        ...says(own.readOnlyRootFilesystem !== true, `${name} may write to its image`),
        ...says(!own.capabilities?.drop?.includes('ALL') || own.capabilities.add, `${name} has capabilities`),
        ...says(!resources?.requests?.cpu || !resources.requests.memory, `${name} does not say what it needs`),
        ...says(!resources?.limits?.memory, `${name} may use all memory of its node`),
        ...says(
          spec.restartPolicy !== 'Never' &&
            spec.restartPolicy !== 'OnFailure' &&
            (!container.livenessProbe || !container.readinessProbe || !container.startupProbe),
          `${name} has not all three probes`,
        ),
        ...(container.env ?? []).flatMap((variable: { name: string; value?: string }) =>
          says(
            /(TOKEN|SECRET|PASSWORD|KEY)$/.test(variable.name) && variable.value !== undefined,
            `${name} has the value of ${variable.name} in its manifest`,
          ),
        ),
      ]),
    ];
  });
}
