import type { Failure } from '@prunella/contracts';
import { builtinPacks, compileRules } from '@prunella/rules';
import { diagnose } from './diagnose.ts';

const rules = compileRules(builtinPacks());

/** As the detector's watch of a cluster tells it. */
function of(error: Partial<Failure>, metrics: Record<string, number> = {}) {
  const whole = { message: '', type: '', stack: '', ...error };
  return diagnose(
    { logs: [], jobs: [], metrics, conclusion: 'failure', error: whole },
    { rules, learnt: () => undefined },
  );
}

const web = 'container app of pod web-7d4-x (Deployment shop/web)';

it.each`
  type                            | message                                                                                                                                       | cause               | action
  ${'CrashLoopBackOff'}           | ${`${web} does not come up: CrashLoopBackOff: back-off 40s restarting failed container=app, last with exit code 1, 4 restarts`}               | ${'deploy_failure'} | ${'rollback'}
  ${'ContainerCrashing'}          | ${`${web} crashes again and again, last with exit code 137, 9 restarts, in a revision that ran before`}                                       | ${'crash'}          | ${'notify_human'}
  ${'ImagePullBackOff'}           | ${`${web} can't start: ImagePullBackOff: Back-off pulling image "acme/web:9"`}                                                                | ${'image_pull'}     | ${'notify_human'}
  ${'ImagePullBackOff'}           | ${`${web} can't start: ErrImagePull: failed to resolve reference "acme/web:9": acme/web:9: not found`}                                        | ${'image_pull'}     | ${'notify_human'}
  ${'CreateContainerConfigError'} | ${`${web} can't start: CreateContainerConfigError: couldn't find key password in Secret shop/db`}                                             | ${'config_error'}   | ${'notify_human'}
  ${'Unschedulable'}              | ${'pod web-7d4-x (Deployment shop/web) has no node: FailedScheduling: 0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes'} | ${'runner_lost'}    | ${'notify_human'}
  ${'ProgressDeadlineExceeded'}   | ${'Deployment shop/web: ReplicaSet "web-7d4" has timed out progressing.'}                                                                     | ${'deploy_failure'} | ${'raise_timeout'}
  ${'ProgressDeadlineExceeded'}   | ${'Deployment shop/web: ReplicaSet "web-7d4" has timed out progressing. (1 of 3 new replicas are ready, 3 run)'}                              | ${'deploy_failure'} | ${'raise_timeout'}
  ${'ProgressDeadlineExceeded'}   | ${'Deployment shop/web: ReplicaSet "web-7d4" has timed out progressing. (0 of 3 new replicas are ready, 0 run)'}                              | ${'deploy_failure'} | ${'raise_timeout'}
  ${'ProgressDeadlineExceeded'}   | ${'Deployment shop/web: ReplicaSet "web-7d4" has timed out progressing. (0 of 3 new replicas are ready, 3 run)'}                              | ${'deploy_failure'} | ${'rollback'}
  ${'RolloutAborted'}             | ${'Rollout shop/web: RolloutAborted: Rollout aborted update to revision 3'}                                                                   | ${'deploy_failure'} | ${'rollback'}
  ${'RolloutDegraded'}            | ${'Rollout shop/web: InvalidSpec: The Rollout "web" is invalid: spec.strategy.strategy: Required value'}                                      | ${'config_error'}   | ${'notify_human'}
`('$type: $cause, so $action', ({ type, message, cause, action }) => {
  const diagnosis = of({ type, message });
  expect({ cause: diagnosis.cause, action: diagnosis.action.type }).toEqual({ cause, action });
  // reversible actions need 0.8
  expect(diagnosis.confidence).toBeGreaterThanOrEqual(0.8);
});

it('says with its numbers why what never gets ready is rolled back', () => {
  const message = 'Rollout shop/web: ProgressDeadlineExceeded: it has timed out (0 of 4 new replicas are ready, 4 run)';
  expect(of({ type: 'ProgressDeadlineExceeded', message })).toMatchObject({
    decidedBy: 'rule:rollout-never-ready',
    action: { type: 'rollback' },
    evidence: [{ text: expect.stringContaining('0 of 4 new replicas are ready, 4 run') }],
  });
});

it('OOMKilled: the memory is raised by more, for all of it was in use', () => {
  const message = `${web} was killed because of its memory limit: OOMKilled, exit code 137, 2 restarts`;
  expect(of({ type: 'OOMKilled', message, exitCode: 137 }, { memory: 1 })).toMatchObject({
    cause: 'oom',
    action: { type: 'scale_resources', parameters: { resource: 'memory', factor: 2 } },
  });
});

it('an analysis of Argo that failed is an error rate', () => {
  const message =
    'Rollout shop/web: RolloutAborted: Rollout aborted update to revision 3: Metric "error-rate" assessed Failed due to failed (3) > failureLimit (2)';
  expect(of({ type: 'RolloutAborted', message }).action.type).toBe('rollback');
});
