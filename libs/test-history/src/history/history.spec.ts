import fc from 'fast-check';
import { judge } from './judge.ts';
import { MOST_KEPT, merge, type Observation } from './observation.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 28);

/**
 * `+` passed, `-` failed, `~` flaky, then the commit: `-a +a` is a failure and a success at one commit. `!` after it: with a crowd of others. `b:` before it: on a branch. One
 * run each, a day after the other.
 */
function history(text: string): Observation[] {
  const observations = text
    .split(' ')
    .filter(Boolean)
    .map((word, index): Observation => {
      const branch = word.startsWith('b:') ? 'feature' : 'main';
      const [mark = '', sha = ''] = [word.replace('b:', '')[0], word.replace('b:', '').slice(1).replace('!', '')];
      return {
        ...{
          run: String(index),
          attempt: 1,
          sha,
          branch,
          main: branch === 'main',
          at: NOW + index * DAY,
          durationMs: 10,
        },
        result: mark === '+' ? 'passed' : mark === '-' ? 'failed' : 'flaky',
        ...(word.endsWith('!') && { crowded: true }),
      };
    });
  return merge([], observations);
}

describe('judge', () => {
  it.each`
    story                  | state        | proofs | why
    ${''}                  | ${'passing'} | ${0}   | ${'nothing is known'}
    ${'+a +b +c'}          | ${'passing'} | ${0}   | ${'it passes'}
    ${'-a +a'}             | ${'flaky'}   | ${1}   | ${'it failed and passed at one commit'}
    ${'+a -a'}             | ${'flaky'}   | ${1}   | ${'the same, the other way round'}
    ${'~a +b'}             | ${'flaky'}   | ${1}   | ${'its runner repeated it'}
    ${'-a +a -b +b'}       | ${'flaky'}   | ${2}   | ${'at two commits'}
    ${'-a +a -a +a'}       | ${'flaky'}   | ${1}   | ${'one commit proves once'}
    ${'-a! +a'}            | ${'passing'} | ${0}   | ${'many failed together: what they share was broken'}
    ${'-a! -a +a'}         | ${'flaky'}   | ${1}   | ${'later it failed alone'}
    ${'+a -b'}             | ${'failing'} | ${0}   | ${'a new failure'}
    ${'-a +a -b'}          | ${'flaky'}   | ${1}   | ${'known to be flaky, and it failed'}
    ${'-a +a +b -c -d -e'} | ${'failing'} | ${1}   | ${'three in a row are no bad luck, whatever it was'}
    ${'-a +b -c +d'}       | ${'suspect'} | ${0}   | ${'it comes and goes, at different commits'}
    ${'-a +b'}             | ${'passing'} | ${0}   | ${'somebody mended it'}
    ${'+a b:-b b:-c b:-d'} | ${'passing'} | ${0}   | ${'a branch is still being worked on'}
    ${'b:-a b:+a'}         | ${'flaky'}   | ${1}   | ${'one commit, whatever the branch'}
    ${'b:-a'}              | ${'failing'} | ${0}   | ${'only seen on a branch'}
  `('"$story" is $state with $proofs proofs: $why', ({ story, state, proofs }) => {
    expect(judge(history(story))).toMatchObject({ state, proofs });
  });

  it('tells a new failure from a known one: since which commit it fails, and where it passed before', () => {
    expect(judge(history('+a +b -c')).streak).toEqual({
      length: 1,
      since: NOW + 2 * DAY,
      firstFailing: 'c',
      lastPassing: 'b',
    });
    expect(judge(history('+a -b -c -d')).streak).toMatchObject({ length: 3, firstFailing: 'b', lastPassing: 'a' });
    expect(judge(history('-a')).streak).toMatchObject({ lastPassing: '' });
    expect(judge(history('-a +b')).streak).toBeUndefined();
  });

  it('knows when it was last proven, seen and failed, and the newest commits first', () => {
    expect(judge(history('-a +a -b +b +c'))).toMatchObject({
      ...{ lastProofAt: NOW + 3 * DAY, lastSeenAt: NOW + 4 * DAY, lastFailedAt: NOW + 2 * DAY },
      ...{ proofShas: ['b', 'a'], recoveries: 2, runs: 5, failures: 2 },
    });
  });

  it('attempts of one run without a commit are at one commit', () => {
    const [first, second] = history('- +').map((one, index) => ({ ...one, run: '7', attempt: index + 1 }));
    expect(judge(merge([], [first as Observation, second as Observation]))).toMatchObject({
      state: 'flaky',
      proofs: 1,
    });
    expect(judge(history('- +'))).toMatchObject({ proofs: 0 });
  });

  it('counts what is long ago less, and is less sure of little', () => {
    const rate = (story: string) => judge(history(story)).rate;
    expect(rate('+a -b').mean).toBeGreaterThan(rate('-b +a').mean);
    const [few, many] = [rate('+a -b'), rate(Array.from({ length: 20 }, (_, i) => `+${i}a -${i}b`).join(' '))];
    expect(many.high - many.low).toBeLessThan(few.high - few.low);
    expect(rate('+a +b +c')).toMatchObject({ mean: 0, low: 0 });
    expect(rate('')).toEqual({ mean: 0, low: 0, high: 1, weight: 0 });
  });
});

describe('merge', () => {
  const observation: fc.Arbitrary<Observation> = fc
    .record({
      run: fc.constantFrom('1', '2', '3', '4', '5'),
      attempt: fc.constantFrom(1, 2),
      sha: fc.constantFrom('a', 'b', ''),
      at: fc.integer({ min: 0, max: 5 }),
      result: fc.constantFrom('passed' as const, 'failed' as const, 'flaky' as const),
      durationMs: fc.constantFrom(1, 2),
      crowded: fc.boolean(),
    })
    .map(({ crowded, ...rest }) => ({
      ...rest,
      branch: 'main',
      main: true,
      ...(crowded && { crowded: true as const }),
    }));

  it('gives the same history in whatever order, how often and in how many pieces it becomes known', () => {
    const input = fc
      .array(observation, { maxLength: 12 })
      .chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length }),
          fc.nat({ max: 2 * all.length }),
        ),
      );
    fc.assert(
      fc.property(input, ([all, again, cut]) => {
        const once = merge([], all);
        expect(merge(merge([], again.slice(0, cut)), again.slice(cut))).toEqual(once);
        expect(judge(merge(once, again))).toEqual(judge(once));
      }),
    );
  });

  it('keeps a bounded history, and never forgets a failure for successes', () => {
    const story = ['-x', '+x', ...Array.from({ length: 3 * MOST_KEPT }, (_, index) => `+${index}`)].join(' ');
    const kept = history(story);
    expect(kept.length).toBeLessThanOrEqual(MOST_KEPT + 2);
    expect(judge(kept)).toMatchObject({ state: 'flaky', proofs: 1 });
    // The failure is older than the successes of which all are known.
    expect(judge(kept).rate.mean).toBe(0);
  });

  it('of two reports of one attempt holds the worse', () => {
    const [one, two] = history('+a -a').map((observation) => ({ ...observation, run: '1' }));
    expect(merge([one as Observation], [two as Observation])).toEqual([{ ...two, at: one?.at }]);
  });
});
