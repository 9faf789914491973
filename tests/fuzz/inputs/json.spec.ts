import fc from 'fast-check';
import { jsonText } from './json.ts';

it('the same seed gives the same inputs, whatever was made before', () => {
  const inputs = jsonText([{ a: [1, { b: 'c' }], d: [] }]);
  const made = () => fc.sample(inputs, { seed: 7, numRuns: 3_000 });
  const first = made();
  expect(made()).toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(1_000);
});
