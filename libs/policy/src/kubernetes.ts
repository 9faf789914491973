import { Duration, parseDuration } from '@prunella/core';
import { z } from 'zod';

const Namespace = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, { error: 'expected the name of a namespace' });

/** How the detector watches a cluster. */
export const KubernetesSettings = z
  .strictObject({
    watch: z.boolean().default(true).describe('Whether the cluster of KUBECONFIG is watched for failures.'),
    namespaces: z.array(Namespace).max(200).default([]).describe('Only these; none: all of them.'),
    selector: z
      .string()
      .max(1_000)
      .default('')
      .describe('Only what has these labels, e.g. team=shop: pods, ReplicaSets and workloads alike.'),
    restarts: z
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe('So often a container must have been restarted until its crashes are told.'),
    unschedulableFor: between('0s', '1d').prefault('5m').describe('So long a pod may wait for a node.'),
    calmFor: between('1s', '1h')
      .prefault('2m')
      .describe('So long a workload must be well until that is told; twice as long each time it fails again.'),
    environments: z
      .record(z.string().min(1).max(256), z.string().min(1).max(256))
      .refine((map) => Object.keys(map).length <= 200, { error: 'expected at most 200 entries' })
      .default({})
      .describe('Environments of namespaces, by glob; the first that matches. Else the namespace is the environment.'),
  })
  .prefault({});
export type KubernetesSettings = z.infer<typeof KubernetesSettings>;

function between(least: string, most: string) {
  const [from = 0, to = 0] = [parseDuration(least), parseDuration(most)];
  return Duration.refine((ms) => ms >= from && ms <= to, { error: `expected a duration from ${least} to ${most}` });
}
