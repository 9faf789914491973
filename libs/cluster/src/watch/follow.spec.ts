import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeKubernetes } from '@prunella/testing';
import type { Kept, Sink, Standing } from './follow.ts';
import { clusterFeedFromEnvironment } from './index.ts';

const PODS = { group: '', version: 'v1', plural: 'pods', singular: 'pod' };
const ROLLOUTS = { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts', singular: 'rollout' };

let fake: FakeKubernetes;
let directory: string;
let end: AbortController;
const followed: Promise<void>[] = [];

beforeEach(async () => {
  fake = await FakeKubernetes.start();
  directory = await mkdtemp(join(tmpdir(), 'prunella-follow-'));
  end = new AbortController();
});
afterEach(async () => {
  end.abort();
  await Promise.all(followed.splice(0));
  await fake.stop();
  await rm(directory, { recursive: true, force: true });
  expect(fake.violations).toEqual([]);
});

interface Seen {
  /** What is there, by name and what it says. */
  there: Map<string, string>;
  standing: Standing | undefined;
  restarts: string[];
  lists: number;
  heard: number;
}

async function follow(selector = '', type = PODS, namespace = ''): Promise<Seen> {
  const file = join(directory, 'kubeconfig');
  await writeFile(file, fake.kubeconfig);
  const names = new Map<string, string>();
  const seen: Seen = { there: new Map(), standing: undefined, restarts: [], lists: 0, heard: 0 };
  const sink: Sink<Kept & { name: string; says: string }> = {
    keep(object) {
      const { metadata, status } = object as { metadata: { uid: string; name: string }; status: { message?: string } };
      return status.message === 'dull'
        ? undefined
        : { uid: metadata.uid, name: metadata.name, says: status.message ?? '' };
    },
    replaced(all) {
      seen.lists += 1;
      seen.there.clear();
      for (const one of all) this.put(one);
    },
    put({ uid, name, says }) {
      names.set(uid, name);
      seen.there.set(name, says);
    },
    gone: (uid) => void seen.there.delete(names.get(uid) ?? ''),
    standing: (standing) => {
      seen.standing = standing;
    },
    heard: () => {
      seen.heard += 1;
    },
    restarted: (reason) => void seen.restarts.push(reason),
  };
  const feed = await clusterFeedFromEnvironment(
    { KUBECONFIG: file },
    { random: () => 0.5, firstDelayMs: 20, absentMs: 100 },
  );
  if (feed === undefined) throw new Error('there is a kubeconfig');
  followed.push(feed.follow({ type, namespace, selector }, sink, end.signal));
  return seen;
}

function put(name: string, message = '', labels: Record<string, string> = {}): void {
  fake.put('Pod', name, {
    labels,
    spec: { containers: [{ name: 'app', image: 'any' }] },
    status: { phase: 'Running', message },
  });
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const limit = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > limit) throw new Error(`not within 20 s: ${what}`);
    await sleep(10);
  }
}

it('lists in pages what is there, and follows what changes', async () => {
  for (let index = 0; index < 1_203; index++) put(`pod-${index}`);
  const seen = await follow();
  await until(() => seen.standing === 'current', 'it follows');
  expect(seen.there.size).toBe(1_203);
  put('one-more', 'new');
  put('pod-7', 'changed');
  put('pod-8', 'dull');
  fake.remove('Pod', 'pod-9');
  await until(() => seen.there.get('one-more') === 'new' && !seen.there.has('pod-9'), 'all changes');
  expect(seen.there.get('pod-7')).toBe('changed');
  expect(seen.there.has('pod-8')).toBe(false);
  expect(seen.lists).toBe(1);
});

it('follows what comes into a selection and what leaves it', async () => {
  put('in', '', { team: 'shop' });
  put('out', '', { team: 'other' });
  const seen = await follow('team=shop');
  await until(() => seen.standing === 'current', 'it follows');
  expect([...seen.there.keys()]).toEqual(['in']);
  put('in', '', { team: 'other' });
  put('out', '', { team: 'shop' });
  await until(() => seen.there.has('out') && !seen.there.has('in'), 'they changed places');
});

it('lists again when the version that it is at was forgotten, and knows what went away meanwhile', async () => {
  put('stays');
  put('goes');
  const seen = await follow();
  await until(() => seen.standing === 'current', 'it follows');
  fake.forget();
  fake.remove('Pod', 'goes');
  await until(() => seen.lists === 2 && seen.standing === 'current', 'it was listed again');
  expect([...seen.there.keys()]).toEqual(['stays']);
  expect(seen.restarts).toContain('expired');
});

it('goes on from a bookmark where nothing else changed', async () => {
  put('one');
  const seen = await follow();
  await until(() => seen.standing === 'current', 'it follows');
  // Changes that are not for it: by its own version alone it would have to list again.
  fake.addNode('node-2', { cpu: '4', memory: '8Gi' });
  const { heard } = seen;
  fake.bookmark();
  fake.compact();
  await until(() => seen.heard > heard, 'the bookmark');
  fake.dropWatches();
  await until(() => seen.restarts.length > 0 && fake.openWatches > 0, 'it follows again');
  put('two');
  await until(() => seen.there.has('two'), 'the next change');
  expect(seen.lists).toBe(1);
});

it.each`
  status | reason
  ${429} | ${'rate-limited'}
  ${500} | ${'unavailable'}
  ${503} | ${'unavailable'}
  ${401} | ${'unauthenticated'}
  ${403} | ${'forbidden'}
  ${404} | ${'not-found'}
`('a watch or a list that is answered with $status is $reason, and begins anew', async ({ status, reason }) => {
  put('one');
  fake.fault(/^GET .*pods/, status as number);
  fake.fault(/^WATCH .*pods/, status as number);
  const seen = await follow();
  await until(() => seen.restarts.length >= 2 && seen.standing === 'current', 'it follows');
  put('two');
  await until(() => seen.there.size === 2, 'both are there');
  expect(new Set(seen.restarts)).toEqual(new Set([reason]));
});

it('takes up a token that was changed', async () => {
  put('one');
  const seen = await follow();
  await until(() => seen.standing === 'current', 'it follows');
  fake.rotateToken();
  await writeFile(join(directory, 'kubeconfig'), fake.kubeconfig);
  put('two');
  await until(() => seen.there.has('two'), 'the next change');
  expect(seen.restarts).toContain('unauthenticated');
});

it('finds a type that comes later', async () => {
  fake.without('Rollout');
  const seen = await follow('', ROLLOUTS);
  await until(() => seen.standing === 'absent', 'there is none');
  fake.without('Rollout', false);
  await until(() => seen.standing === 'current', 'there is one now');
});

it('is of no cluster where none is configured', async () => {
  expect(await clusterFeedFromEnvironment({})).toBeUndefined();
});
