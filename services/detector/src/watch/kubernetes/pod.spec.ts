import { podFinding, type RevisionAge } from './findings.ts';
import { type PodFacts, podFacts, remembering } from './pod.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString();
const WORKLOAD = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
const THRESHOLDS = { restarts: 3, unschedulableFor: 300_000 };
const NEW: RevisionAge = { createdAt: NOW - 60_000, updating: false };
const OLD: RevisionAge = { createdAt: NOW - 86_400_000, updating: false };

/** A pod of web, two minutes old, with one container in this state. */
function pod(container: object | undefined, changes: { metadata?: object; status?: object } = {}): object {
  return {
    metadata: {
      name: 'web-abc-1',
      namespace: 'shop',
      uid: 'u1',
      creationTimestamp: ago(120),
      labels: { 'pod-template-hash': 'abc' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web-abc', uid: 'rs1', controller: true }],
      ...changes.metadata,
    },
    status: {
      containerStatuses: container === undefined ? [] : [{ name: 'app', restartCount: 0, ...container }],
      ...changes.status,
    },
  };
}

function findingIn(object: object, age: RevisionAge = NEW) {
  const facts = podFacts(object);
  return facts && podFinding(facts, WORKLOAD, age, THRESHOLDS, NOW);
}

const running = { running: {} };
const ended = (seconds: number, reason: string, exitCode: number, ran = 5) => ({
  terminated: { reason, exitCode, startedAt: ago(seconds + ran), finishedAt: ago(seconds) },
});
const waiting = (reason: string, message?: string) => ({ waiting: { reason, message } });
const loop = (restartCount: number, last: object) => ({
  restartCount,
  state: waiting('CrashLoopBackOff', 'back-off 5m0s'),
  lastState: last,
});

it.each`
  what                                      | container                                                                         | age    | type
  ${'is well'}                              | ${{ state: running }}                                                             | ${NEW} | ${undefined}
  ${'ended well'}                           | ${{ state: ended(5, 'Completed', 0) }}                                            | ${NEW} | ${undefined}
  ${'was killed for memory and runs again'} | ${{ restartCount: 1, state: running, lastState: ended(60, 'OOMKilled', 137) }}    | ${OLD} | ${'OOMKilled'}
  ${'is killed for memory'}                 | ${{ state: ended(1, 'OOMKilled', 137) }}                                          | ${OLD} | ${'OOMKilled'}
  ${'was killed for memory hours ago'}      | ${{ restartCount: 1, state: running, lastState: ended(7_200, 'OOMKilled', 137) }} | ${OLD} | ${undefined}
  ${'loops because of memory'}              | ${loop(9, ended(60, 'OOMKilled', 137))}                                           | ${NEW} | ${'OOMKilled'}
  ${'loops in a new revision'}              | ${loop(3, ended(10, 'Error', 1))}                                                 | ${NEW} | ${'CrashLoopBackOff'}
  ${'loops in one that ran before'}         | ${loop(3, ended(10, 'Error', 1))}                                                 | ${OLD} | ${'ContainerCrashing'}
  ${'crashed too rarely'}                   | ${loop(2, ended(10, 'Error', 1))}                                                 | ${NEW} | ${undefined}
  ${'ran long before it crashed'}           | ${loop(40, ended(10, 'Error', 1, 86_400))}                                        | ${OLD} | ${undefined}
  ${'crashed and runs again'}               | ${{ restartCount: 9, state: running, lastState: ended(10, 'Error', 1) }}          | ${NEW} | ${undefined}
  ${'waits for an image'}                   | ${{ state: waiting('ImagePullBackOff', 'Back-off pulling image') }}               | ${NEW} | ${'ImagePullBackOff'}
  ${'could not pull an image'}              | ${{ state: waiting('ErrImagePull', 'manifest unknown') }}                         | ${NEW} | ${'ImagePullBackOff'}
  ${'has an image that can not be'}         | ${{ state: waiting('InvalidImageName') }}                                         | ${NEW} | ${'ImagePullBackOff'}
  ${'lacks a secret'}                       | ${{ state: waiting('CreateContainerConfigError', 'secret "x" not found') }}       | ${NEW} | ${'CreateContainerConfigError'}
  ${'is being created'}                     | ${{ state: waiting('ContainerCreating') }}                                        | ${NEW} | ${undefined}
`('a container that $what: $type', ({ container, age, type }) => {
  expect(findingIn(pod(container), age)?.type).toBe(type);
});

it.each`
  what                               | changes                                                                                                               | type
  ${'waits for a node for long'}     | ${{ status: { conditions: [unscheduled(301)] } }}                                                                     | ${'Unschedulable'}
  ${'waits for a node for a moment'} | ${{ status: { conditions: [unscheduled(299)] } }}                                                                     | ${undefined}
  ${'is on its way out'}             | ${{ metadata: { deletionTimestamp: ago(1) } }}                                                                        | ${undefined}
  ${'nobody looks after'}            | ${{ metadata: { ownerReferences: [] } }}                                                                              | ${undefined}
  ${'fails in an init container'}    | ${{ status: { containerStatuses: [], initContainerStatuses: [{ name: 'init', ...loop(3, ended(5, 'Error', 2)) }] } }} | ${'CrashLoopBackOff'}
`('a pod that $what: $type', ({ changes, type }) => {
  const isOfContainer = 'metadata' in changes;
  const object = pod(isOfContainer ? loop(5, ended(5, 'Error', 1)) : undefined, changes as object);
  expect(findingIn(object)?.type).toBe(type);
});

function unscheduled(seconds: number) {
  const message = '0/3 nodes are available: 3 Insufficient memory.';
  return { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: ago(seconds) };
}

it.each`
  what                        | phase        | ready      | state                           | is
  ${'runs and is not ready'}  | ${'Running'} | ${'False'} | ${{ running: {} }}              | ${true}
  ${'is ready'}               | ${'Running'} | ${'True'}  | ${{ running: {} }}              | ${false}
  ${'is being created'}       | ${'Pending'} | ${'False'} | ${waiting('ContainerCreating')} | ${false}
  ${'has a container to end'} | ${'Running'} | ${'False'} | ${ended(5, 'Error', 1)}         | ${false}
`('knows of a pod that $what: $is', ({ phase, ready, state, is }) => {
  const conditions = [{ type: 'Ready', status: ready, lastTransitionTime: ago(5) }];
  const object = pod({ state }, { status: { phase, conditions, containerStatuses: [{ name: 'app', state }] } });
  expect(podFacts(object)?.troubles.some(({ type }) => type === 'NotReady') ?? false).toBe(is);
  // Each pod is so for a while: it is told of the workload.
  expect(findingIn(object)).toBeUndefined();
});

it('waits for what comes a moment after the pod', () => {
  const young = { metadata: { creationTimestamp: ago(5) } };
  expect(findingIn(pod({ state: waiting('ErrImagePull') }, young))).toBeUndefined();
  expect(findingIn(pod({ state: waiting('CreateContainerConfigError') }, young))).toBeUndefined();
});

it('says which container, how it ended and how often', () => {
  expect(findingIn(pod({ restartCount: 2, state: running, lastState: ended(60, 'OOMKilled', 137) }))).toEqual({
    type: 'OOMKilled',
    stage: 'fails',
    container: 'app',
    message:
      'container app of pod web-abc-1 (Deployment shop/web) was killed because of its memory limit: OOMKilled, exit code 137, 2 restarts',
    stack: '',
    exitCode: 137,
    metrics: { memory: 1 },
    at: NOW - 60_000,
  });
});

it('reads the times of a list, which are Dates, as those of a watch', () => {
  const terminated = { reason: 'OOMKilled', exitCode: 137, finishedAt: new Date(NOW - 60_000) };
  expect(findingIn(pod({ state: running, lastState: { terminated } }))?.at).toBe(NOW - 60_000);
});

it('takes the weightiest of several troubles', () => {
  const status = {
    containerStatuses: [
      { name: 'a', restartCount: 0, state: waiting('ImagePullBackOff') },
      { name: 'b', restartCount: 1, state: running, lastState: ended(5, 'OOMKilled', 137) },
    ],
  };
  expect(findingIn(pod(undefined, { status }))).toMatchObject({ type: 'OOMKilled', container: 'b' });
});

it('remembers why an image could not be pulled when the kubelet only says that it waits', () => {
  const facts = (reason: string, message: string) => podFacts(pod({ state: waiting(reason, message) })) as PodFacts;
  const pulled = facts('ErrImagePull', 'manifest for acme/web:9 not found');
  const waits = remembering(pulled, facts('ImagePullBackOff', 'Back-off pulling image "acme/web:9"'));
  const says = 'ImagePullBackOff: Back-off pulling image "acme/web:9"; ErrImagePull: manifest for acme/web:9 not found';
  expect(waits.troubles[0]?.says).toBe(says);
  // and it stays so, however often it is told
  expect(remembering(waits, facts('ImagePullBackOff', 'Back-off pulling image "acme/web:9"')).troubles[0]?.says).toBe(
    says,
  );
});

it.each([
  {},
  { metadata: {} },
  { metadata: { ownerReferences: [{ controller: true }] }, status: { containerStatuses: [{}] } },
])('is not put off by %j', (object) => {
  expect(podFacts(object)).toBeUndefined();
});
