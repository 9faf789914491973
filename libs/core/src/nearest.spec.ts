import { nearestName } from './nearest.ts';

it.each([
  ['moed', 'mode'],
  ['Mode', 'mode'],
  ['attempt', 'attempts'],
  ['treshold', 'thresholds'],
  ['settle_within', 'settleWithin'],
  ['x', undefined],
  ['budgets', undefined],
  ['', undefined],
])('%j: %s was meant', (name, meant) => {
  expect(nearestName(name, ['mode', 'attempts', 'thresholds', 'settleWithin'])).toBe(meant);
});
