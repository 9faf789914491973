/** Whether there is a cluster to talk to: KUBECONFIG, or a pod's service account. Both may still be unreadable. */
export function isConfigured({ KUBECONFIG, KUBERNETES_SERVICE_HOST }: NodeJS.ProcessEnv): boolean {
  return Boolean(KUBECONFIG) || Boolean(KUBERNETES_SERVICE_HOST);
}
