import type { Standing } from '@prunella/cluster';
import { Book } from './book.ts';
import type { PodFacts, Trouble } from './pod.ts';
import type { WorkloadFacts } from './workload.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const THRESHOLDS = { restarts: 3, unschedulableFor: 0 };
const FEEDS = ['Pod/', 'ReplicaSet/', 'Deployment/'];

const killed: Trouble = {
  type: 'OOMKilled',
  container: 'app',
  says: '',
  stack: '',
  live: false,
  restarts: 1,
  at: NOW - 1_000,
};

function pod(hash: string, changes: Partial<PodFacts> = {}): PodFacts {
  const owner = { kind: 'ReplicaSet', name: `web-${hash}`, uid: `rs-${hash}` };
  return { uid: `pod-${hash}`, namespace: 'shop', name: `web-${hash}-1`, owner, hash, troubles: [killed], ...changes };
}

function deployment(revision: number, changes: Partial<WorkloadFacts> = {}): WorkloadFacts {
  const provenance = { repository: '', headSha: '', branch: '' };
  const named = { uid: 'd1', kind: 'Deployment', namespace: 'shop', name: 'web', pipeline: 'web' } as const;
  return { ...named, revision, state: 'complete', updating: false, provenance, ...changes };
}

function set(hash: string, revision: number) {
  return { uid: `rs-${hash}`, owner: { kind: 'Deployment', name: 'web', uid: 'd1' }, hash, revision };
}

function book(standing: Standing = 'current'): Book {
  const it = new Book(FEEDS);
  for (const feed of FEEDS) it.standing(feed, standing);
  it.putSet(set('old', 1));
  it.putSet(set('new', 2));
  it.putWorkload(deployment(2));
  return it;
}

const seen = (it: Book) => it.sightings(THRESHOLDS, NOW).map(({ hash, finding }) => `${hash} ${finding.type}`);

it('finds what is wrong with the newest revision, by way of its ReplicaSet', () => {
  const it = book();
  it.putPod(pod('new'));
  expect(seen(it)).toEqual(['new OOMKilled']);
});

it('leaves pods of older revisions alone, and those of which nobody knows whose they are yet', () => {
  const it = book();
  it.putPod(pod('old'));
  it.putPod(pod('new', { uid: 'p3', owner: { kind: 'ReplicaSet', name: 'x', uid: 'nobody' } }));
  expect(seen(it)).toEqual([]);
  // rolled back: the older ReplicaSet is the newest revision again
  it.putSet(set('old', 3));
  it.putWorkload(deployment(3));
  expect(seen(it)).toEqual(['old OOMKilled']);
});

it('tells of one revision once, by its weightiest trouble', () => {
  const it = book();
  const trouble = { type: 'ProgressDeadlineExceeded', says: 'timed out' } as const;
  it.putWorkload(deployment(2, { state: 'progressing', trouble }));
  expect(seen(it)).toEqual(['new ProgressDeadlineExceeded']);
  it.putPod(pod('new'));
  expect(seen(it)).toEqual(['new OOMKilled']);
  it.gone('pod-new');
  expect(seen(it)).toEqual(['new ProgressDeadlineExceeded']);
});

it('says of a rollout that is out of time how far it has come', () => {
  const it = book();
  const trouble = { type: 'ProgressDeadlineExceeded', says: 'timed out' } as const;
  it.putWorkload(deployment(2, { state: 'progressing', trouble }));
  const message = () => it.sightings(THRESHOLDS, NOW)[0]?.finding.message;
  expect(message()).toBe('Deployment shop/web: timed out');
  it.putSet({ ...set('new', 2), replicas: { all: 3, ready: 1 } });
  const notReady: Trouble = { ...killed, type: 'NotReady', container: '', live: true };
  it.putPod(pod('new', { troubles: [notReady] }));
  // on its way out
  it.putPod(pod('old', { troubles: [notReady] }));
  expect(message()).toBe('Deployment shop/web: timed out (1 of 3 new replicas are ready, 2 run)');
});

it.each`
  what                        | standing     | live     | state            | well
  ${'everything is fine'}     | ${'current'} | ${false} | ${'complete'}    | ${true}
  ${'nothing is heard'}       | ${'stale'}   | ${false} | ${'complete'}    | ${false}
  ${'pods may not be seen'}   | ${'absent'}  | ${false} | ${'complete'}    | ${false}
  ${'a pod is in trouble'}    | ${'current'} | ${true}  | ${'complete'}    | ${false}
  ${'it is being rolled out'} | ${'current'} | ${false} | ${'progressing'} | ${false}
  ${'it wants no replicas'}   | ${'current'} | ${false} | ${'idle'}        | ${false}
`('where $what, that it is well is $well', ({ standing, live, state, well }) => {
  const it = book();
  it.standing('Pod/', standing as Standing);
  it.putPod(pod('new', { troubles: [{ ...killed, live: live as boolean }] }));
  it.putWorkload(deployment(2, { state: state as WorkloadFacts['state'] }));
  expect(it.healthOf('d1')).toMatchObject({ well, lastTroubleAt: NOW - 1_000 });
});

it('knows nothing of a workload that is gone', () => {
  const it = book();
  it.gone('d1');
  expect(it.healthOf('d1')).toBeUndefined();
});
