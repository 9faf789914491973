import { workloadFinding } from './findings.ts';
import { provenanceOf } from './provenance.ts';
import { type WorkloadFacts, type WorkloadKind, workloadFacts } from './workload.ts';

function read(kind: WorkloadKind, spec: object, status: object, metadata: object = {}): WorkloadFacts {
  const object = { metadata: { uid: 'u1', namespace: 'shop', name: 'web', generation: 3, ...metadata }, spec, status };
  return workloadFacts(kind)(object) as WorkloadFacts;
}

const progressing = (status: string, reason: string, message = '') => [
  { type: 'Progressing', status, reason, message },
];
const full = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

it.each`
  kind             | what                       | spec               | status                                                                                                     | state            | updating
  ${'Deployment'}  | ${'is rolled out'}         | ${{ replicas: 2 }} | ${full}                                                                                                    | ${'complete'}    | ${false}
  ${'Deployment'}  | ${'was changed just now'}  | ${{ replicas: 2 }} | ${{ ...full, observedGeneration: 2 }}                                                                      | ${'progressing'} | ${false}
  ${'Deployment'}  | ${'has old replicas left'} | ${{ replicas: 2 }} | ${{ ...full, replicas: 3 }}                                                                                | ${'progressing'} | ${true}
  ${'Deployment'}  | ${'lost a replica'}        | ${{ replicas: 2 }} | ${{ ...full, availableReplicas: 1 }}                                                                       | ${'progressing'} | ${false}
  ${'Deployment'}  | ${'wants none'}            | ${{ replicas: 0 }} | ${{ observedGeneration: 3 }}                                                                               | ${'idle'}        | ${false}
  ${'StatefulSet'} | ${'is rolled out'}         | ${{ replicas: 2 }} | ${{ observedGeneration: 3, currentRevision: 'a', updateRevision: 'a', readyReplicas: 2 }}                  | ${'complete'}    | ${false}
  ${'StatefulSet'} | ${'is updating'}           | ${{ replicas: 2 }} | ${{ observedGeneration: 3, currentRevision: 'a', updateRevision: 'b', readyReplicas: 2 }}                  | ${'progressing'} | ${true}
  ${'DaemonSet'}   | ${'is on each node'}       | ${{}}              | ${{ observedGeneration: 3, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }}     | ${'complete'}    | ${false}
  ${'DaemonSet'}   | ${'is updating'}           | ${{}}              | ${{ observedGeneration: 3, desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2 }}     | ${'progressing'} | ${true}
  ${'Rollout'}     | ${'is healthy'}            | ${{ replicas: 2 }} | ${{ observedGeneration: '3', phase: 'Healthy', stableRS: 'a', currentPodHash: 'a', availableReplicas: 2 }} | ${'complete'}    | ${false}
  ${'Rollout'}     | ${'is paused at a step'}   | ${{ replicas: 2 }} | ${{ observedGeneration: '3', phase: 'Paused', stableRS: 'a', currentPodHash: 'b', availableReplicas: 2 }}  | ${'progressing'} | ${true}
  ${'Job'}         | ${'is done'}               | ${{}}              | ${{ conditions: [{ type: 'Complete', status: 'True' }] }}                                                  | ${'complete'}    | ${true}
`('a $kind that $what is $state', ({ kind, spec, status, state, updating }) => {
  expect(read(kind as WorkloadKind, spec as object, status as object)).toMatchObject({ state, updating });
});

it.each`
  kind            | status                                                                                                                          | type
  ${'Deployment'} | ${{ ...full, conditions: progressing('False', 'ProgressDeadlineExceeded', 'ReplicaSet "web-1" has timed out progressing.') }}   | ${'ProgressDeadlineExceeded'}
  ${'Deployment'} | ${{ ...full, observedGeneration: 2, conditions: progressing('False', 'ProgressDeadlineExceeded') }}                             | ${undefined}
  ${'Deployment'} | ${{ ...full, conditions: progressing('True', 'ReplicaSetUpdated') }}                                                            | ${undefined}
  ${'Rollout'}    | ${{ observedGeneration: '3', phase: 'Degraded', abort: true, message: 'RolloutAborted: Rollout aborted update to revision 2' }} | ${'RolloutAborted'}
  ${'Rollout'}    | ${{ observedGeneration: '3', phase: 'Degraded', message: 'ProgressDeadlineExceeded: ReplicaSet has timed out' }}                | ${'ProgressDeadlineExceeded'}
  ${'Rollout'}    | ${{ observedGeneration: '3', phase: 'Degraded', message: 'InvalidSpec: The Rollout "web" is invalid' }}                         | ${'RolloutDegraded'}
  ${'Rollout'}    | ${{ observedGeneration: '2', phase: 'Degraded', abort: true }}                                                                  | ${undefined}
  ${'Rollout'}    | ${{ observedGeneration: '3', phase: 'Progressing' }}                                                                            | ${undefined}
`('a $kind with $status: $type', ({ kind, status, type }) => {
  const finding = workloadFinding(read(kind as WorkloadKind, { replicas: 2 }, status as object));
  expect(finding?.type).toBe(type);
});

it('names a Job of a CronJob by the CronJob, so that its next run is the same pipeline', () => {
  const ownerReferences = [{ kind: 'CronJob', name: 'nightly', uid: 'c1', controller: true }];
  expect(read('Job', {}, {}, { name: 'nightly-29123456', ownerReferences })).toMatchObject({
    name: 'nightly-29123456',
    pipeline: 'nightly',
  });
});

it.each`
  template                                                           | own                                                                             | is
  ${{}}                                                              | ${{}}                                                                           | ${{ repository: '', headSha: '', branch: '' }}
  ${{ 'prunella.dev/commit': 'ABCDEF1' }}                            | ${{ 'prunella.dev/commit': '1234567', 'prunella.dev/repository': 'acme/shop' }} | ${{ repository: 'acme/shop', headSha: 'abcdef1', branch: '' }}
  ${{ 'org.opencontainers.image.revision': '0123456789abcdef0123' }} | ${{ 'org.opencontainers.image.source': 'https://github.com/acme/shop.git' }}    | ${{ repository: 'acme/shop', headSha: '0123456789abcdef0123', branch: '' }}
  ${{ 'app.kubernetes.io/version': '1.4.2' }}                        | ${{ 'prunella.dev/branch': 'main' }}                                            | ${{ repository: '', headSha: '', branch: 'main' }}
  ${{ 'app.kubernetes.io/version': 'abcdef12' }}                     | ${{ 'prunella.dev/repository': 'no repository' }}                               | ${{ repository: '', headSha: 'abcdef12', branch: '' }}
  ${{}}                                                              | ${{ 'prunella.dev/repository': 'git@gitlab.example:acme/team/shop.git' }}       | ${{ repository: 'acme/team/shop', headSha: '', branch: '' }}
`('reads where it comes from: $template, $own', ({ template, own, is }) => {
  expect(
    provenanceOf({ annotations: template as Record<string, string> }, { annotations: own as Record<string, string> }),
  ).toEqual(is);
});

it.each([{}, { spec: { template: {} }, status: {} }])('is not put off by %j', (object) => {
  const whole = { ...object, metadata: {} };
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout', 'Job'] as const) {
    expect(workloadFinding(workloadFacts(kind)(whole) as WorkloadFacts)).toBeUndefined();
  }
});
