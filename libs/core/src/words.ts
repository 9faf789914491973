import type { ActionType, Cause, Risk } from '@prunella/contracts';

export type Domain = 'code' | 'test' | 'platform' | 'delivery' | 'unknown';

const DOMAINS: Readonly<Record<Cause, Domain>> = {
  compile_error: 'code',
  lint: 'code',
  test_failure: 'code',
  config_error: 'code',
  crash: 'code',
  flaky_test: 'test',
  dependency_error: 'platform',
  network: 'platform',
  service_unavailable: 'platform',
  image_pull: 'platform',
  runner_lost: 'platform',
  disk_full: 'platform',
  oom: 'platform',
  timeout: 'platform',
  auth_error: 'platform',
  rate_limit: 'platform',
  cancelled: 'platform',
  deploy_failure: 'delivery',
  error_rate: 'delivery',
  performance: 'delivery',
  unknown: 'unknown',
};

/** Whose problem a cause is: the change's, a test's, the platform's, or the delivered service's. */
export function domainOf(cause: Cause): Domain {
  return DOMAINS[cause];
}

const RISKS: Readonly<Record<ActionType, Risk>> = {
  none: 'free',
  notify_human: 'free',
  retry: 'cheap',
  retry_with_backoff: 'cheap',
  wait_for_dependency: 'cheap',
  rollback: 'reversible',
  scale_resources: 'reversible',
  skip_test: 'reversible',
  reset_connections: 'reversible',
  raise_timeout: 'reversible',
  alternative_path: 'reversible',
};

/** How much an action can hurt when nothing more is known about its target. */
export function riskOf(action: ActionType): Risk {
  return RISKS[action];
}
