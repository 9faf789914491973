import { KubeConfig } from '@kubernetes/client-node';
import { messageOf, ProviderError } from '@prunella/core';
import { isConfigured } from './configured.ts';

/**
 * KUBECONFIG, or the service account when running in a cluster; undefined: neither. Throws ProviderError for a kubeconfig that can't be read.
 */
export function configFromEnvironment(environment: NodeJS.ProcessEnv): KubeConfig | undefined {
  if (!isConfigured(environment)) return undefined;
  const config = new KubeConfig();
  const { KUBECONFIG: file } = environment;
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
