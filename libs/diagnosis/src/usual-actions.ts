import type { Action, Cause } from '@prunella/contracts';

/** What is done about a cause that no rule named, so that nothing more precise is known. */
interface UsualAction {
  /** What happened, for people. */
  says: string;
  /** Probability that the same thing without a change passes. */
  transient: number;
  action: Action;
}

const BACKOFF: Action = { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '5s', factor: 2 } };
const RETRY: Action = { type: 'retry', parameters: { attempts: 1 } };
const PEOPLE: Action = { type: 'notify_human', parameters: { urgency: 'normal' } };
const URGENT: Action = { type: 'notify_human', parameters: { urgency: 'high' } };

const USUAL: Readonly<Record<Cause, UsualAction>> = {
  compile_error: { says: 'This looks like code that does not compile.', transient: 0.02, action: PEOPLE },
  lint: { says: 'This looks like code that a linter rejects.', transient: 0.02, action: PEOPLE },
  test_failure: { says: 'This looks like a test that fails.', transient: 0.1, action: PEOPLE },
  config_error: {
    says: 'This looks like a mistake in the configuration of the build.',
    transient: 0.03,
    action: PEOPLE,
  },
  crash: { says: 'This looks like a program that crashed.', transient: 0.15, action: PEOPLE },
  flaky_test: { says: 'This looks like a test that fails now and then.', transient: 0.7, action: RETRY },
  dependency_error: {
    says: 'This looks like a dependency that can not be resolved or built.',
    transient: 0.1,
    action: PEOPLE,
  },
  network: { says: 'This looks like a connection that failed.', transient: 0.75, action: BACKOFF },
  service_unavailable: { says: 'This looks like a service that did not answer.', transient: 0.75, action: BACKOFF },
  image_pull: { says: 'This looks like an image that could not be pulled.', transient: 0.4, action: URGENT },
  runner_lost: { says: 'This looks like a runner that was lost.', transient: 0.8, action: RETRY },
  disk_full: { says: 'This looks like a full disk.', transient: 0.2, action: URGENT },
  oom: {
    says: 'This looks like memory that was not enough.',
    transient: 0.3,
    action: { type: 'scale_resources', parameters: { resource: 'memory', factor: 1.5 } },
  },
  timeout: { says: 'This looks like a time limit that was exceeded.', transient: 0.5, action: RETRY },
  auth_error: { says: 'This looks like access that was denied.', transient: 0.08, action: URGENT },
  rate_limit: { says: 'This looks like a limit on requests.', transient: 0.75, action: BACKOFF },
  cancelled: {
    says: 'This looks like a run that somebody cancelled.',
    transient: 0.2,
    action: { type: 'none', parameters: {} },
  },
  deploy_failure: { says: 'This looks like a delivery that failed.', transient: 0.2, action: URGENT },
  error_rate: { says: 'This looks like a service that answers with errors.', transient: 0.2, action: URGENT },
  performance: { says: 'This looks like a service that became slow.', transient: 0.2, action: URGENT },
  unknown: { says: 'The cause is unknown.', transient: 0.3, action: RETRY },
};

export function usualAction(cause: Cause): UsualAction {
  return USUAL[cause];
}
