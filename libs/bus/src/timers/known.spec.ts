import { KnownTimers } from './known.ts';
import type { Scheduled } from './scheduled.ts';

const timer: Scheduled = { dueAt: 0, failures: 0 };
const entry = (key: string, revision: number) => ({ key, value: timer, revision });
const keysOf = (known: KnownTimers<Scheduled>) => [...known].map(([key]) => key);

let known: KnownTimers<Scheduled>;
beforeEach(() => {
  known = new KnownTimers(({ dueAt }) => dueAt);
  for (const [at, key] of ['a', 'b', 'c'].entries()) known.note(entry(key, at + 1));
});

it('knows the highest revision, whatever is told late', () => {
  expect([known.note(entry('a', 9)), known.note(entry('a', 1)), known.note(entry('a', 9))]).toEqual([
    true,
    false,
    false,
  ]);
  expect(known.get('a')?.revision).toBe(9);
});

it('what is being deleted is not told again, a newer one is', () => {
  known.ending('a', 1);
  known.forget('a', 1);
  expect([known.note(entry('a', 1)), known.note(entry('a', 4))]).toEqual([false, true]);
  known.forget('a', 1);
  expect(known.get('a')?.revision).toBe(4);
});

it('misses in a reading what was there before it, and did not change since', () => {
  const before = known.revisions();
  known.note(entry('b', 7));
  known.note(entry('new', 8));
  expect(known.missingIn([entry('c', 3)], before)).toEqual([['a', 1]]);
  expect(keysOf(known)).toEqual(['a', 'b', 'c', 'new']);
});

it('does not remember for ever what was finished and nobody told of', () => {
  known.ending('a', 1);
  known.forget('a', 1);
  expect(known.revisions().get('a')).toBe(1);
  expect(known.missingIn([entry('b', 2), entry('c', 3)], known.revisions())).toEqual([]);
  expect(known.revisions().has('a')).toBe(false);
});
