import type { ActionStatus, ActionType, Cause, Mode, Outcome, Risk, Verdict } from '@prunella/contracts';
import type { State } from './incident.ts';

/** How each cause is called on the screen, and as a part of a sentence: `{phrase} stopped CI on main`. */
export const CAUSES: Record<Cause, { label: string; phrase: string }> = {
  compile_error: { label: 'Compile error', phrase: 'A compile error' },
  lint: { label: 'Lint', phrase: 'A lint finding' },
  test_failure: { label: 'Test failure', phrase: 'A failing test' },
  config_error: { label: 'Config error', phrase: 'A configuration error' },
  crash: { label: 'Crash', phrase: 'A crash' },
  flaky_test: { label: 'Flaky test', phrase: 'A flaky test' },
  dependency_error: { label: 'Dependency error', phrase: 'A dependency that could not be fetched' },
  network: { label: 'Network', phrase: 'A network failure' },
  service_unavailable: { label: 'Service unavailable', phrase: 'An unavailable service' },
  image_pull: { label: 'Image pull', phrase: 'An image that could not be pulled' },
  runner_lost: { label: 'Runner lost', phrase: 'A lost runner' },
  disk_full: { label: 'Disk full', phrase: 'A full disk' },
  oom: { label: 'Out of memory', phrase: 'Running out of memory' },
  timeout: { label: 'Timeout', phrase: 'A timeout' },
  auth_error: { label: 'Auth error', phrase: 'A refused login' },
  rate_limit: { label: 'Rate limit', phrase: 'A rate limit' },
  cancelled: { label: 'Cancelled', phrase: 'A cancellation' },
  deploy_failure: { label: 'Deploy failure', phrase: 'A failed deployment' },
  error_rate: { label: 'Error rate', phrase: 'A risen error rate' },
  performance: { label: 'Performance', phrase: 'A slower service' },
  unknown: { label: 'Unknown', phrase: 'An unknown cause' },
};

/** `does` completes `Prunella would ...`, `did` completes `Prunella ...`. */
export const ACTIONS: Record<ActionType, { label: string; does: string; did: string }> = {
  retry: { label: 'Retry', does: 'run it again', did: 'ran it again' },
  retry_with_backoff: { label: 'Retry with backoff', does: 'wait and run it again', did: 'waited and ran it again' },
  rollback: { label: 'Rollback', does: 'roll it back', did: 'rolled it back' },
  scale_resources: { label: 'Scale resources', does: 'give it more resources', did: 'gave it more resources' },
  skip_test: { label: 'Skip test', does: 'quarantine the test', did: 'quarantined the test' },
  reset_connections: { label: 'Reset connections', does: 'reset its connections', did: 'reset its connections' },
  raise_timeout: { label: 'Raise timeout', does: 'raise its timeout', did: 'raised its timeout' },
  wait_for_dependency: {
    label: 'Wait for dependency',
    does: 'wait for the dependency and run it again',
    did: 'waited for the dependency and ran it again',
  },
  alternative_path: { label: 'Alternative path', does: 'take another path', did: 'took another path' },
  notify_human: { label: 'Notify human', does: 'tell a human', did: 'told a human' },
  none: { label: 'No action', does: 'do nothing', did: 'did nothing' },
};

export const VERDICTS: Record<Verdict, { label: string; means: string }> = {
  acting: { label: 'Acting', means: 'Prunella does it by itself' },
  asking: { label: 'Asking', means: 'a human has to say yes first' },
  recommending: { label: 'Recommending', means: 'Prunella only says what it would do' },
  observing: { label: 'Observing', means: 'Prunella watches and says nothing outside' },
  handing_over: { label: 'Handing over', means: 'not for a machine: a human is told why' },
};

export const STATE_LABELS: Record<State, string> = {
  detected: 'Detected',
  diagnosed: 'Diagnosed',
  scheduled: 'Scheduled',
  awaiting_approval: 'Awaiting approval',
  verifying: 'Verifying',
  recommended: 'Recommended',
  handed_over: 'Handed over',
  closed: 'Closed',
};

export const OUTCOME_LABELS: Record<Outcome, string> = {
  healed: 'Healed',
  ineffective: 'Ineffective',
  harmful: 'Harmful',
  inconclusive: 'Inconclusive',
};

export const STATUS_LABELS: Record<ActionStatus, string> = {
  executed: 'Executed',
  recommended: 'Recommended only',
  failed: 'Failed',
  superseded: 'Superseded',
  handed_over: 'Handed over',
  rejected: 'Rejected',
  observed: 'Observed only',
};

export const RISK_LABELS: Record<Risk, string> = {
  free: 'Free',
  cheap: 'Cheap',
  reversible: 'Reversible',
  irreversible: 'Irreversible',
};

export const MODE_LABELS: Record<Mode, string> = {
  observe: 'Observe',
  recommend: 'Recommend',
  approve: 'Approve',
  act: 'Act',
};

/** The label of a word, or the word itself where an API newer than this console sends one that it does not know. */
export function labelOf<T extends string>(labels: Record<T, string | { label: string }>, word: T): string {
  const known: string | { label: string } | undefined = labels[word];
  if (known === undefined) return humanize(word);
  return typeof known === 'string' ? known : known.label;
}

/** `first_delay` and `firstDelay` both as `First delay`. */
export function humanize(word: string): string {
  const spaced = word
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
    .trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
