import { KubeConfig } from '@kubernetes/client-node';
import { messageOf, ProviderError } from '@prunella/core';

/**
 * KUBECONFIG, or the service account when running in a cluster; undefined: neither. Throws ProviderError for a kubeconfig that can't be read.
 *
 * This module, `api.ts`, `ask-rights.ts` and `watch/watch-api.ts` load the client: 870 modules, 25 MiB and most of a second. They are imported where a cluster is
 * configured (`isConfigured`), and nowhere else.
 */
export function configFromEnvironment(environment: NodeJS.ProcessEnv): KubeConfig | undefined {
  const config = new KubeConfig();
  const { KUBECONFIG: file, KUBERNETES_SERVICE_HOST: inCluster } = environment;
  if (!file && !inCluster) return undefined;
  try {
    if (file) config.loadFromFile(file);
    else config.loadFromCluster();
    return config;
  } catch (error) {
    throw new ProviderError(
      'kubernetes',
      'refused',
      `KUBECONFIG ${file ?? '(service account)'} can't be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
