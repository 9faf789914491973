import fc from 'fast-check';
import type { Sensitivity } from './judge.ts';
import { isKnown, judgePart, learnParts, noParts, type PartObservation, type Parts } from './parts.ts';

const SENSITIVITY: Sensitivity = { samples: 10, ratio: 3, probability: 1e-4, leastRatio: 1.5, leastMore: 5 };
const BEGIN = Date.UTC(2026, 0, 5, 9);

function seen(parts: Readonly<Record<string, number>>, run: number): PartObservation[] {
  return Object.entries(parts).map(([key, value]) => ({ key, value, at: BEGIN + run * 3_600_000 }));
}

/** So many runs in which each part took what it usually does, give or take a tenth. */
function history(usual: Readonly<Record<string, number>>, runs: number, most = 32, begin: Parts = noParts): Parts {
  return Array.from({ length: runs }).reduce<Parts>((known, _, run) => {
    const noisy = Object.entries(usual).map(([key, value]) => [key, value * (0.95 + ((run * 7) % 11) / 100)]);
    return learnParts(known, seen(Object.fromEntries(noisy), run), most);
  }, begin);
}

const told = (known: Parts, key: string, value: number) =>
  judgePart(known, { key, value, at: BEGIN }, SENSITIVITY)?.anomalous;

it('knows a part that takes much longer than it usually does', () => {
  const known = history({ install: 20, test: 120 }, 15);
  expect(told(known, 'install', 90)).toBe(true);
  expect(told(known, 'test', 125)).toBe(false);
  expect(judgePart(known, { key: 'install', value: 90, at: BEGIN }, SENSITIVITY)).toMatchObject({
    samples: 15,
    expected: expect.closeTo(20, 0),
    ratio: expect.closeTo(4.5, 0),
  });
});

it('says nothing of what it has not seen, or not often enough', () => {
  const known = history({ install: 20 }, 9);
  expect(told(known, 'install', 900)).toBeUndefined();
  expect(told(known, 'other', 900)).toBeUndefined();
  expect(told(known, 'toString', 900)).toBeUndefined();
});

it('gets used to a new level', () => {
  const slower = history({ install: 80 }, 8, 32, history({ install: 20 }, 30));
  expect(told(slower, 'install', 85)).toBe(false);
});

it('keeps those that take longest', () => {
  const usual = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`part-${n}`, 1 + n]));
  const known = history(usual, 12, 20);
  expect(Object.keys(known.parts).sort()).toEqual(Array.from({ length: 20 }, (_, n) => `part-${n + 30}`).sort());
});

it('keeps what it knows, also where something is called otherwise in each run', () => {
  let known = history({ install: 20, test: 120 }, 12, 4);
  for (let run = 0; run < 60; run++) {
    known = learnParts(known, seen({ install: 20, test: 120, [`once-${run}`]: 300 }, run), 4);
  }
  expect(['install', 'test'].map((key) => isKnown(known, key))).toEqual([true, true]);
  expect(Object.keys(known.parts)).toHaveLength(4);
});

it('makes room for a new part that comes back, and for what follows one that is gone', () => {
  const known = history({ a: 20, b: 30, c: 40, d: 50 }, 12, 4);
  const next = history({ a: 20, b: 30, c: 40, d: 50, e: 60 }, 12, 4, known);
  expect(Object.keys(next.parts).sort()).toEqual(['b', 'c', 'd', 'e']);
  const later = learnParts(next, [{ key: 'f', value: 2, at: BEGIN + 40 * 86_400_000 }], 4);
  expect(isKnown(later, 'f')).toBe(true);
});

it('has a bounded size, forgets nothing that it saw just now for what takes less, and always learns the same', () => {
  const part = fc.record({ key: fc.constantFrom(...'abcdefgh'), value: fc.double({ min: 0, max: 1e5, noNaN: true }) });
  const run = fc.uniqueArray(part, { selector: ({ key }) => key, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 60 }), (runs) => {
      const learn = () =>
        runs.reduce<Parts>((known, one, n) => {
          const observed = one.map((each) => ({ ...each, at: BEGIN + n * 1_000 }));
          return learnParts(known, observed, 3);
        }, noParts);
      const known = learn();
      expect(learn()).toEqual(known);
      expect(Object.keys(known.parts).length).toBeLessThanOrEqual(3);
      expect(JSON.stringify(known).length).toBeLessThan(3 * 800 + 100);
    }),
  );
});
