/**
 * Whether the environment speaks of a cluster. Asked first: the client is some 900 modules, more than half a second and 40 MB that most who
 * import this library never need, so it is loaded only then.
 */
export function isConfigured({ KUBECONFIG: file, KUBERNETES_SERVICE_HOST: inCluster }: NodeJS.ProcessEnv): boolean {
  return Boolean(file || inCluster);
}
