import fc from 'fast-check';
import { PROMISED, promiseOf } from './promised.ts';
import { endingOf, PLAYS, type StoryKind, storiesOf, wordOf } from './stories.ts';

const LOAD = { durationMs: 600_000, everyMs: 500, storm: 8 };

describe('storiesOf', () => {
  it('tells the same for the same seed, numbered in the order of their beginnings', () => {
    const stories = storiesOf(7, LOAD);
    expect(storiesOf(7, LOAD)).toEqual(stories);
    expect(stories.map(({ n }) => n)).toEqual(stories.map((_, index) => index));
    expect(stories.map(({ atMs }) => atMs)).toEqual(stories.map(({ atMs }) => atMs).sort((a, b) => a - b));
    expect(storiesOf(8, LOAD)).not.toEqual(stories);
  });

  it('has all kinds in it, and a storm only where one is asked for', () => {
    const kinds = new Set(storiesOf(1, LOAD).map(({ kind }) => kind));
    const { green: _, probe: _probe, ...played } = PLAYS;
    expect(kinds).toEqual(new Set(Object.keys(played)));
    expect(storiesOf(1, { ...LOAD, storm: 0 }).filter(({ kind }) => kind === 'storm')).toEqual([]);
  });

  it('is in repositories for which something is promised', () => {
    for (const { repository } of storiesOf(1, LOAD)) {
      if (repository !== '') expect(promiseOf(PROMISED, repository)).toBeDefined();
    }
  });
});

it('goes on ending as the last attempt that is known', () => {
  const endings = (kind: StoryKind) => [1, 2, 3, 4].map((attempt) => endingOf(kind, attempt));
  expect(endings('flaky')).toEqual(['failure', 'failure', 'success', 'success']);
  expect(endings('red')).toEqual(['failure', 'failure', 'failure', 'failure']);
});

it('has another word for each story, of letters alone', () => {
  fc.assert(
    fc.property(fc.nat(65_535), fc.nat(65_535), (a, b) => {
      expect(wordOf(a)).toMatch(/^[a-z]+$/);
      expect(wordOf(a) === wordOf(b)).toBe(a === b);
    }),
  );
});
