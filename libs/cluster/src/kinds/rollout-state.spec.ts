import { daemonSetRollout } from './daemon-set.ts';
import { deploymentRollout } from './deployment.ts';
import { rolloutState } from './rollout.ts';
import { statefulSetRollout } from './stateful-set.ts';

const metadata = { generation: 2 };

describe('a Deployment', () => {
  const status = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
  it.each`
    what                   | changes                                                                                           | kind
    ${'all available'}     | ${{}}                                                                                             | ${'complete'}
    ${'not observed'}      | ${{ observedGeneration: 1 }}                                                                      | ${'progressing'}
    ${'not all updated'}   | ${{ updatedReplicas: 2 }}                                                                         | ${'progressing'}
    ${'old ones left'}     | ${{ replicas: 4 }}                                                                                | ${'progressing'}
    ${'not available'}     | ${{ availableReplicas: 1 }}                                                                       | ${'progressing'}
    ${'deadline exceeded'} | ${{ conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] }} | ${'failed'}
    ${'no status at all'}  | ${{ observedGeneration: undefined }}                                                              | ${'progressing'}
  `('$what: $kind', ({ changes, kind }) => {
    const it = { metadata, spec: { replicas: 3 }, status: { ...status, ...changes } };
    expect(deploymentRollout(it as never).kind).toBe(kind);
  });
});

describe('a StatefulSet', () => {
  const status = {
    observedGeneration: 2,
    replicas: 3,
    readyReplicas: 3,
    updatedReplicas: 3,
    currentRevision: 'web-b',
    updateRevision: 'web-b',
  };
  it.each`
    what                         | partition    | changes                                             | kind
    ${'all ready'}               | ${undefined} | ${{}}                                               | ${'complete'}
    ${'not observed'}            | ${undefined} | ${{ observedGeneration: 1 }}                        | ${'progressing'}
    ${'not all ready'}           | ${undefined} | ${{ readyReplicas: 2 }}                             | ${'progressing'}
    ${'older pods left'}         | ${undefined} | ${{ currentRevision: 'web-a' }}                     | ${'progressing'}
    ${'all above its partition'} | ${1}         | ${{ currentRevision: 'web-a', updatedReplicas: 2 }} | ${'complete'}
    ${'not all above it'}        | ${1}         | ${{ currentRevision: 'web-a', updatedReplicas: 1 }} | ${'progressing'}
  `('$what: $kind', ({ partition, changes, kind }) => {
    const spec = { replicas: 3, ...(partition && { updateStrategy: { rollingUpdate: { partition } } }) };
    expect(statefulSetRollout({ metadata, spec, status: { ...status, ...changes } } as never).kind).toBe(kind);
  });
});

describe('a DaemonSet', () => {
  const status = { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };
  it.each`
    what                 | changes                          | kind
    ${'all available'}   | ${{}}                            | ${'complete'}
    ${'not observed'}    | ${{ observedGeneration: 1 }}     | ${'progressing'}
    ${'not all updated'} | ${{ updatedNumberScheduled: 2 }} | ${'progressing'}
    ${'not available'}   | ${{ numberAvailable: 2 }}        | ${'progressing'}
  `('$what: $kind', ({ changes, kind }) => {
    expect(daemonSetRollout({ metadata, spec: {}, status: { ...status, ...changes } } as never).kind).toBe(kind);
  });
});

describe('a Rollout', () => {
  it.each`
    what                 | spec                                       | status                                                       | kind
    ${'Healthy'}         | ${{}}                                      | ${{ phase: 'Healthy' }}                                      | ${'complete'}
    ${'Degraded'}        | ${{}}                                      | ${{ phase: 'Degraded', message: 'RolloutAborted' }}          | ${'failed'}
    ${'Progressing'}     | ${{}}                                      | ${{ phase: 'Progressing' }}                                  | ${'progressing'}
    ${'Paused'}          | ${{}}                                      | ${{ phase: 'Paused', message: 'CanaryPauseStep' }}           | ${'progressing'}
    ${'new'}             | ${{}}                                      | ${undefined}                                                 | ${'progressing'}
    ${'being restarted'} | ${{ restartAt: '2026-01-01T00:00:01.5Z' }} | ${{ phase: 'Healthy', restartedAt: '2026-01-01T00:00:00Z' }} | ${'progressing'}
    ${'restarted'}       | ${{ restartAt: '2026-01-01T00:00:01.5Z' }} | ${{ phase: 'Healthy', restartedAt: '2026-01-01T00:00:01Z' }} | ${'complete'}
  `('$what: $kind', ({ spec, status, kind }) => {
    expect(rolloutState({ spec, status }).kind).toBe(kind);
  });
});

it.each`
  what                           | status                                                                                                                                 | outOfTime
  ${'its deadline'}              | ${{ message: 'ProgressDeadlineExceeded', conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] }} | ${true}
  ${'an abort for its deadline'} | ${{ message: 'RolloutAborted: Rollout aborted update to revision 2: ReplicaSet "a" has timed out progressing.', abort: true }}         | ${true}
  ${'an abort by its analysis'}  | ${{ message: 'RolloutAborted: Rollout aborted update to revision 2: Metric "a" assessed Failed', abort: true }}                        | ${false}
`('a Rollout that is Degraded because of $what is out of time: $outOfTime', ({ status, outOfTime }) => {
  expect(rolloutState({ spec: {}, status: { phase: 'Degraded', ...status } })).toMatchObject({
    kind: 'failed',
    outOfTime,
  });
});
