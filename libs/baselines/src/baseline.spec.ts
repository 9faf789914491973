import { seededRandom } from '@prunella/core';
import fc from 'fast-check';
import { type Baseline, BY_RUN, DURATION, emptyBaseline, type Kind, learn, type Observation } from './baseline.ts';
import { judge, limitOf, type Sensitivity } from './judge.ts';
import { say } from './say.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday. */
const BEGIN = Date.UTC(2026, 0, 5, 9);
const SENSITIVITY: Sensitivity = { samples: 10, ratio: 3, probability: 1e-4, leastRatio: 1.5, leastMore: 30 };
const METRIC: Kind = { scale: 'linear', floor: 0, sides: 'both', memory: BY_RUN };

/** Runs every seven hours. */
function observed(values: readonly number[], from = BEGIN): Observation[] {
  return values.map((value, index) => ({ value, at: from + index * 7 * HOUR }));
}

function learnt(observations: readonly Observation[], kind = DURATION): Baseline {
  return observations.reduce((baseline, one) => learn(baseline, one, kind), emptyBaseline);
}

function told(baseline: Baseline, value: number, at = BEGIN + 200 * DAY): boolean | undefined {
  return judge(baseline, { value, at }, DURATION, SENSITIVITY)?.anomalous;
}

/** Around `level`, by 10 %. */
function noisy(count: number, level: number, seed = 1): number[] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, () => level * Math.exp(0.1 * normal()));
}

/** Where the noise is drawn, too: there is a one in a million that would be told rightly. */
const SAME_EACH_TIME = { seed: 2026 };

const anyValues = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { maxLength: 120 });
const seconds = fc.double({ min: 1, max: 1e5, noNaN: true });

it('says nothing before it has its samples', () => {
  expect(told(learnt(observed(noisy(9, 100))), 1e6)).toBeUndefined();
  expect(told(learnt(observed(noisy(10, 100))), 1e6)).toBe(true);
});

it('never tells of a constant series, whatever its value and times', () => {
  fc.assert(
    fc.property(seconds, fc.array(fc.integer({ min: 0, max: 1e12 }), { maxLength: 80 }), (value, times) => {
      let baseline = emptyBaseline;
      for (const at of times) {
        expect(judge(baseline, { value, at }, DURATION, SENSITIVITY)?.anomalous ?? false).toBe(false);
        baseline = learn(baseline, { value, at }, DURATION);
      }
    }),
  );
});

it('tells of three times a stable series, of whatever order of magnitude', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 20, max: 1e6, noNaN: true }),
      fc.integer({ min: 15, max: 80 }),
      fc.nat(),
      (level, count, seed) => {
        const baseline = learnt(observed(noisy(count, level, seed)));
        expect([told(baseline, level), told(baseline, 3.6 * level)]).toEqual([false, true]);
      },
    ),
    SAME_EACH_TIME,
  );
});

it('judges the same in whatever unit', () => {
  fc.assert(
    fc.property(fc.integer({ min: -2, max: 4 }), seconds, fc.nat(), (power, value, seed) => {
      const factor = 10 ** power;
      const values = noisy(40, 1_000, seed);
      const at = BEGIN + 300 * DAY;
      const plain = judge(learnt(observed(values)), { value, at }, DURATION, SENSITIVITY);
      const scaled = judge(
        learnt(observed(values.map((one) => one * factor))),
        { value: value * factor, at },
        DURATION,
        SENSITIVITY,
      );
      expect((scaled?.ratio ?? 0) / (plain?.ratio ?? 0)).toBeCloseTo(1, 3);
      expect(Math.log10(scaled?.score ?? 1)).toBeCloseTo(Math.log10(plain?.score ?? 1), 1);
    }),
    SAME_EACH_TIME,
  );
});

it('stays as large as it is, and as finite', () => {
  fc.assert(
    fc.property(anyValues, fc.constantFrom(DURATION, METRIC), (values, kind) => {
      const baseline = learnt(observed(values), kind);
      const text = JSON.stringify(baseline);
      expect(text.length).toBeLessThan(3_000);
      expect(text).not.toContain('null');
      const judged = judge(baseline, { value: 1, at: BEGIN }, kind, SENSITIVITY);
      for (const number of [judged?.expected, judged?.low, judged?.high, judged?.score]) {
        if (number !== undefined) expect(Number.isFinite(number)).toBe(true);
      }
    }),
    SAME_EACH_TIME,
  );
  expect(JSON.stringify(learnt(observed(noisy(5_000, 100)))).length).toBeLessThan(3_000);
});

it('goes on from what was stored as if it had not been stored', () => {
  fc.assert(
    fc.property(anyValues, anyValues, (before, after) => {
      const first = learnt(observed(before));
      const restored = JSON.parse(JSON.stringify(first)) as Baseline;
      const go = (from: Baseline) => observed(after).reduce((baseline, one) => learn(baseline, one, DURATION), from);
      expect(go(restored)).toEqual(go(first));
    }),
  );
});

it('is not poisoned by outliers: one in twelve changes neither what is expected nor what is told', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 5, max: 1_000, noNaN: true }), (seed, times) => {
      const clean = noisy(72, 300, seed);
      const dirty = clean.map((value, index) => (index % 12 === 5 ? value * times : value));
      const baseline = learnt(observed(dirty));
      const judged = judge(baseline, { value: 1_500, at: BEGIN + 200 * DAY }, DURATION, SENSITIVITY);
      expect(judged?.expected).toBeGreaterThan(230);
      expect(judged?.expected).toBeLessThan(390);
      expect(judged?.anomalous).toBe(true);
    }),
    SAME_EACH_TIME,
  );
});

it.each([
  ['up', 3],
  ['up a lot', 20],
  ['down', 0.3],
])('adopts a new level (%s) within six runs, and tells no more of it', (_, factor) => {
  let baseline = learnt(observed(noisy(60, 200)));
  const after = observed(noisy(60, 200 * factor, 2), BEGIN + 20 * DAY);
  const tellings = after.map((one) => {
    const anomalous = judge(baseline, one, DURATION, SENSITIVITY)?.anomalous;
    baseline = learn(baseline, one, DURATION);
    return anomalous;
  });
  expect(tellings[0]).toBe(factor > 1);
  expect(tellings.slice(6)).not.toContain(true);
  expect(told(baseline, 200 * factor * 4)).toBe(true);
});

it('follows a trend without telling of it', () => {
  const values = noisy(300, 100).map((value, index) => value * 1.006 ** index);
  let baseline = emptyBaseline;
  let tellings = 0;
  for (const one of observed(values)) {
    if (judge(baseline, one, DURATION, SENSITIVITY)?.anomalous) tellings += 1;
    baseline = learn(baseline, one, DURATION);
  }
  expect(tellings).toBe(0);
});

it('learns that what happens often is usual, also when it is three times as much', () => {
  const random = seededRandom(7);
  const missed = noisy(600, 200).map((value) => (random() < 0.2 ? value * 3.5 : value));
  expect(told(learnt(observed(missed)), 700)).toBe(false);
});

it('knows slow weekdays, and says so', () => {
  const random = seededRandom(3);
  const days = Array.from({ length: 7 * 26 }, (_, day) => BEGIN + day * DAY);
  const runs = days.flatMap((at) =>
    [0, 4].map((hours) => ({
      at: at + hours * HOUR,
      value: (new Date(at).getUTCDay() === 1 ? 240 : 95) * (0.9 + 0.2 * random()),
    })),
  );
  const baseline = learnt(runs);
  const monday = BEGIN + 7 * 26 * DAY;
  expect([told(baseline, 240, monday), told(baseline, 240, monday + DAY)]).toEqual([false, true]);
  const judged = judge(baseline, { value: 1_000, at: monday }, DURATION, SENSITIVITY);
  if (judged === undefined) throw new Error('expected a judgement');
  expect(say(judged, monday, 's')).toMatch(
    /^1000 s; usual for Mondays: 2\d\d s \(\d{3} to \d{3} s\), from 364 runs; 4\.?\d? times$/,
  );
});

it('tells nothing that is little in absolute terms', () => {
  expect(told(learnt(observed(noisy(60, 5))), 30)).toBe(false);
});

it('finds the limit from which on it tells', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1e5, noNaN: true }),
      fc.nat(),
      fc.integer({ min: 10, max: 90 }),
      (level, seed, count) => {
        const baseline = learnt(observed(noisy(count, level, seed)));
        const at = BEGIN + 200 * DAY;
        const limit = limitOf(baseline, at, DURATION, SENSITIVITY) ?? 0;
        expect([told(baseline, limit * 0.999, at), told(baseline, limit * 1.001, at)]).toEqual([false, true]);
      },
    ),
    SAME_EACH_TIME,
  );
  expect(limitOf(emptyBaseline, BEGIN, DURATION, SENSITIVITY)).toBeUndefined();
});
