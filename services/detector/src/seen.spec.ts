import { Seen } from './seen.ts';

it('remembers the newest keys and forgets the oldest', () => {
  const seen = new Seen(2);
  expect(['a', 'a', 'b', 'c', 'c', 'a'].map((key) => seen.isNew(key))).toEqual([true, false, true, true, false, true]);
});
