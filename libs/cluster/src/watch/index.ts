import type { KubeConfig } from '@kubernetes/client-node';
import { isConfigured } from '../is-configured.ts';
import { type FollowOptions, follow, type Kept, type Sink } from './follow.ts';
import type { Scope } from './watch-api.ts';

/** Follows what happens in a cluster; reads only. */
export interface ClusterFeed {
  /** Lists and follows until the signal aborts, whatever the API server does meanwhile. Throws nothing but what the sink throws. */
  follow<K extends Kept>(scope: Scope, sink: Sink<K>, signal: AbortSignal): Promise<void>;
}

/** As `clusterFromEnvironment`; undefined: no cluster is configured. Throws ProviderError for a kubeconfig that can't be read. */
export async function clusterFeedFromEnvironment(
  environment: NodeJS.ProcessEnv,
  options: FollowOptions = { random: Math.random },
): Promise<ClusterFeed | undefined> {
  if (!isConfigured(environment)) return undefined;
  const [{ configFromEnvironment }, { watchApi }] = await Promise.all([
    import('../config.ts'),
    import('./watch-api.ts'),
  ]);
  const first = configFromEnvironment(environment);
  if (first === undefined) return undefined;
  let isFirst = true;
  const api = watchApi(() => {
    // A service account's token is read again by the client itself; a kubeconfig is not.
    const config: KubeConfig = isFirst ? first : (configFromEnvironment(environment) ?? first);
    isFirst = false;
    return config;
  });
  return { follow: (scope, sink, signal) => follow(api, scope, sink, options, signal) };
}
