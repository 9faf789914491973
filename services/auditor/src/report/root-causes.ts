import type { ActionType, Cause } from '@prunella/contracts';
import type { RepeatedHeal } from '@prunella/store';
import type { RootCause } from '../api/answers/root-causes.ts';
import { trendOf } from './trend.ts';

/** What to look for, by cause. */
const ADVICE: Readonly<Record<Cause, string>> = {
  compile_error:
    'the code does not build: what is flaky is what it is built from, so pin the versions of tools and dependencies',
  lint: 'a check of style that passes later depends on more than the code: pin its version and its rules',
  test_failure:
    'a test that passes later without a change is flaky: find what it shares with others, or take it out until it is mended',
  config_error:
    'a configuration that is right only sometimes is read from a place that changes: check it before the run starts',
  crash: 'a program that crashes now and then has a fault of its own: collect its core dump or stack, and mend that',
  flaky_test: 'make the test wait for what it needs and share nothing with others, or take it out until it is mended',
  dependency_error: 'commit a lock file, and fetch packages through a cache or mirror of your own',
  network: 'put a cache or mirror between the jobs and that address, or let the step itself try again',
  service_unavailable: 'declare it under `dependencies`, so that runs wait for it, and ask those who run it for better',
  image_pull: 'mirror the image in a registry of your own, and pull it once for each node',
  runner_lost: 'the runners go away under their jobs: look at how they are scaled down, preempted and updated',
  disk_full: 'give the runners more room, or clean up before the job: caches, images and artefacts grow',
  oom: 'declare the memory that it needs, or find what leaks: `prunella` only gives it more for now',
  timeout: 'make the step faster or its limit longer: what nearly takes too long does so again',
  auth_error: 'renew or rotate the credentials before they expire, and look whether two runs share a session',
  rate_limit: 'log in, cache what is asked for, or spread the runs over time',
  cancelled: 'find out who or what cancels the runs: a concurrency group, a preempted runner, a person',
  deploy_failure: 'try the deployment before production: probes, quotas and migrations fail there first',
  error_rate:
    'what is rolled back again and again is not tested with the traffic that it meets: use a canary, or tests of that kind',
  performance: 'measure it before it is deployed, and scale it before it is slow',
  unknown: 'write a rule for it (prunella rules draft), so that its cause is known',
};

/** What the workload itself should declare, where an action changed it. It says more than the cause. */
const CHANGED: Partial<Record<ActionType, string>> = {
  scale_resources: 'declare the resources that it was given again and again, or find what leaks',
  raise_timeout: 'declare the deadline that it needs, or make it start faster',
  reset_connections:
    'it recovers by a restart: let it give up broken connections by itself, and let its liveness probe see that it hangs',
};

/** What was healed again and again, for people. */
export function rootCauseOf(heal: RepeatedHeal, owner: string): RootCause {
  const { before, count, firstAt, lastAt, actions, cause, ...same } = heal;
  const known = { ...same, cause: cause as Cause, actions: actions as ActionType[] };
  const times = `${count} times`;
  const where = heal.workload !== '' && heal.target === heal.workload ? heal.workload : heal.name;
  const place = heal.repository === '' || where.includes(heal.repository) ? where : `${where} of ${heal.repository}`;
  return {
    ...known,
    ...{ count, before, trend: trendOf(count, before) },
    firstAt: firstAt.toISOString(),
    lastAt: lastAt.toISOString(),
    owner: owner || null,
    what: `${place} was healed of ${cause} ${times} (${actions.join(', ')}; ${heal.decidedBy})`,
    fix: fixFor(known.cause, known.actions),
  };
}

/** What to do about it, in one sentence. */
export function fixFor(cause: Cause, actions: readonly ActionType[]): string {
  const changed = actions.map((action) => CHANGED[action]).find((advice) => advice !== undefined);
  return sentence(changed ?? ADVICE[cause] ?? ADVICE.unknown);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
