import { seededRandom } from '@prunella/core';
import { scenarios } from '../scenarios/index.ts';
import { OPENING, Programme } from './programme.ts';

/** The scenarios of the first `seconds`, with the second in which each began. */
function run(seed: number, seconds: number): { second: number; name: string }[] {
  const programme = new Programme(scenarios, 0, seededRandom(seed));
  const begun: { second: number; name: string }[] = [];
  for (let now = 0; now <= seconds * 1_000; now += 100) {
    begun.push(...programme.due(now).map(({ name }) => ({ second: now / 1_000, name })));
  }
  return begun;
}

it.each([1, 2, 3])('opens with all kinds of endings within 20 seconds (seed %d)', (seed) => {
  const opening = run(seed, 20);
  expect(opening[0]).toEqual({ second: 0, name: 'npm-registry-timeout' });
  expect(opening.map(({ name }) => name)).toEqual(OPENING.map(([, name]) => name));
  expect(opening.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['compile-error', 'green', 'database-refused']),
  );
});

it('names only scenarios that exist', () => {
  const names = scenarios.map(({ name }) => name);
  for (const [, name] of OPENING) expect(names).toContain(name);
});

it('goes on with one scenario every 20 to 30 seconds', () => {
  const later = run(4, 3_600).slice(OPENING.length - 1);
  const pauses = later.slice(1).map(({ second }, index) => second - (later[index]?.second ?? 0));
  expect(pauses.length).toBeGreaterThan(100);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(20);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(30.1);
  expect(new Set(later.map(({ name }) => name))).toEqual(new Set(scenarios.map(({ name }) => name)));
});

it('does not catch up on what it slept through', () => {
  const programme = new Programme(scenarios, 0, seededRandom(1));
  expect(programme.due(0)).toHaveLength(1);
  expect(programme.due(8 * 3_600_000)).toHaveLength(OPENING.length);
  expect(programme.due(8 * 3_600_000 + 1_000)).toEqual([]);
});

it('is the same for the same seed', () => {
  expect(run(5, 300)).toEqual(run(5, 300));
  expect(run(5, 300)).not.toEqual(run(6, 300));
});
