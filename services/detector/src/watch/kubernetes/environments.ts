import { globMatches, type KubernetesSettings } from '@prunella/policy';

/** The environment that a namespace belongs to: of the first glob that matches; else its own name. Pure. */
export function environmentOf(namespace: string, environments: KubernetesSettings['environments']): string {
  const found = Object.entries(environments).find(([glob]) => globMatches(glob, namespace));
  return found?.[1] ?? namespace;
}
