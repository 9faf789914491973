import fc from 'fast-check';
import { PROMISED, promiseOf } from './promised.ts';
import { endingOf, LAB, logOf, PLAYS, type StoryKind, storiesOf, wordOf } from './stories.ts';

const LOAD = { durationMs: 600_000, everyMs: 500, storm: 24, stormAtMs: 90_000, gitlab: 0.4 };
const OF_STORM = ['storm', 'stubborn', 'flood'];

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
    expect(storiesOf(1, { ...LOAD, storm: 0 }).filter(({ kind }) => OF_STORM.includes(kind))).toEqual([]);
  });

  it('breaks loose when it is told to, within seconds, on both platforms', () => {
    const storm = storiesOf(1, LOAD).filter(({ kind }) => OF_STORM.includes(kind));
    expect(storm).toHaveLength(LOAD.storm);
    expect(storm.every(({ atMs }) => atMs >= 90_000 && atMs < 93_000)).toBe(true);
    expect(new Set(storm.map(({ platform }) => platform))).toEqual(new Set(['github', 'gitlab']));
    expect(new Set(storm.map((story) => logOf(story, 'failure'))).size).toBe(1);
  });

  it('is on the platform that its repository says, and on GitHub alone when it is told so', () => {
    for (const { platform, repository } of storiesOf(1, LOAD)) {
      if (repository !== '') expect(repository.startsWith(LAB)).toBe(platform === 'gitlab');
    }
    expect(storiesOf(1, { ...LOAD, gitlab: 0 }).filter(({ platform }) => platform === 'gitlab')).toEqual([]);
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
