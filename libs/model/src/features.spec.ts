import { numbersOf } from './columns.ts';
import { failureOf } from './examples.fixture.ts';
import { featuresOf, type Sparse } from './features.ts';

const BITS = 18;

function likeness(a: Sparse, b: Sparse): number {
  const other = new Map([...b.slots].map((slot, at) => [slot, b.values[at] ?? 0]));
  const product = (x: Sparse, factorOf: (slot: number, at: number) => number) =>
    x.slots.reduce((sum, slot, at) => sum + (x.values[at] ?? 0) * factorOf(slot, at), 0);
  const length = (x: Sparse) => Math.sqrt(product(x, (_, at) => x.values[at] ?? 0));
  return product(a, (slot) => other.get(slot) ?? 0) / (length(a) * length(b));
}

describe('featuresOf', () => {
  it.each([
    ['numbers', 'waited 31 seconds for port 5432', 'waited 77 seconds for port 8080'],
    ['folders', 'cannot open /home/runner/work/a/main.c', 'cannot open /builds/group/b/main.c'],
    ['hashes', 'fatal: reference is not a tree: 3f2a9c81d0', 'fatal: reference is not a tree: 77ab01cde9'],
  ])('sees the same whatever the %s are', (_, one, other) => {
    expect(likeness(featuresOf(failureOf(one), BITS), featuresOf(failureOf(other), BITS))).toBeGreaterThan(0.9);
  });

  it('sees another failure as another', () => {
    const one = featuresOf(failureOf('AssertionError: expected true to be false'), BITS);
    const other = featuresOf(failureOf('curl: (28) Operation timed out after 30000 milliseconds'), BITS);
    expect(likeness(one, other)).toBeLessThan(0.1);
  });

  it('gives different slots below the limit, and values above 0', () => {
    const { slots, values } = featuresOf(failureOf('npm ERR! code E404', 'npm ERR! 404 Not Found'), 10);
    expect(new Set(slots).size).toBe(slots.length);
    expect(slots.every((slot) => slot >= 0 && slot < 2 ** 10)).toBe(true);
    expect(values.every((value) => value > 0)).toBe(true);
  });

  it('tells what is absent from what is zero', () => {
    const failure = failureOf('Killed');
    const idle = featuresOf({ ...failure, exitCode: 0 }, BITS);
    expect(idle.slots.length).toBeGreaterThan(featuresOf(failure, BITS).slots.length);
    expect(numbersOf(failure).every(Number.isNaN)).toBe(true);
    expect([...numbersOf({ ...failure, metrics: { memory: 0 } })].filter((value) => value === 0)).toHaveLength(1);
  });
});
