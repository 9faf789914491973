import { probationOf, type Scored, scaledSigmoid, scoreNab } from './nab-score.ts';

/** 100 values, of which those at `told` have a score of 1. Probation: the first 15. */
function file(windows: [number, number][], told: number[] = []): Scored {
  return { windows, scores: Array.from({ length: 100 }, (_, index) => (told.includes(index) ? 1 : 0)) };
}

it('gives 100 to who tells the first value of each window, and 0 to who tells nothing', () => {
  expect(
    scoreNab([
      file(
        [
          [20, 29],
          [60, 79],
        ],
        [20, 60],
      ),
      file([]),
      file([[90, 99]], [90]),
    ]),
  ).toMatchObject({
    score: 100,
    found: 3,
    windows: 3,
    falseAlarms: 0,
  });
  // Telling everything is worse than telling nothing, which is what the threshold does then.
  expect(scoreNab([file([[20, 29]]), file([])])).toMatchObject({ score: 0, found: 0, falseAlarms: 0 });
});

it.each`
  told        | worth                                      | says
  ${[29]}     | ${scaledSigmoid(-0.1) / scaledSigmoid(-1)} | ${'the last value of a window is worth little'}
  ${[24]}     | ${scaledSigmoid(-0.6) / scaledSigmoid(-1)} | ${'in the middle, more'}
  ${[24, 28]} | ${scaledSigmoid(-0.6) / scaledSigmoid(-1)} | ${'the earliest one counts, once'}
  ${[20, 16]} | ${1 - 0.11}                                | ${'before every window: a whole false alarm'}
  ${[20, 31]} | ${1 + 0.11 * scaledSigmoid(2 / 9)}         | ${'just behind one: less'}
  ${[20, 99]} | ${1 - 0.11}                                | ${'far behind: a whole one again'}
  ${[20, 3]}  | ${1}                                       | ${'in probation: nothing'}
`('$says', ({ told, worth }) => {
  // One window: -1 without, `worth` with it, on a scale from -1 to 1.
  expect(scoreNab([file([[20, 29]], told)]).score).toBeCloseTo(50 * (1 + worth), 9);
});

it('takes the one threshold that is best for all files together', () => {
  const good: Scored = { windows: [[50, 59]], scores: Array.from({ length: 100 }, (_, i) => (i === 50 ? 0.6 : 0.1)) };
  const loud: Scored = { windows: [], scores: Array.from({ length: 100 }, (_, i) => (i >= 90 ? 0.5 : 0)) };
  expect(scoreNab([good, loud])).toMatchObject({ threshold: 0.6, score: 100, falseAlarms: 0 });
  expect(scoreNab([{ ...good, scores: good.scores.map((score) => score / 2) }, loud]).score).toBeCloseTo(
    50 * (2 - 10 * 0.11),
    9,
  );
});

it('has no more probation than that of 5000 values', () => {
  expect([probationOf(100), probationOf(5_000), probationOf(22_695)]).toEqual([15, 750, 750]);
});
