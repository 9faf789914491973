import fc from 'fast-check';
import { backoffDelayMs, backoffOf, backoffText } from './backoff.ts';

const ruled = { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '5s', factor: 2 } } as const;

it.each`
  retry | random | ms
  ${1}  | ${1}   | ${5_000}
  ${1}  | ${0}   | ${2_500}
  ${2}  | ${1}   | ${10_000}
  ${3}  | ${1}   | ${20_000}
  ${20} | ${1}   | ${900_000}
`('3 attempts, 5s, x2: retry $retry at random $random waits $ms ms', ({ retry, random, ms }) => {
  expect(backoffText(backoffOf(ruled))).toBe('3 attempts, 5s, x2');
  expect(backoffDelayMs(backoffOf(ruled), retry, () => random)).toBe(ms);
});

it('retries a plain retry once', () => {
  expect(backoffOf({ type: 'retry', parameters: {} }).attempts).toBe(1);
});

it('stays within its bounds whatever a rule says', () => {
  const anything = fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('attempts', 'firstDelay', 'factor'), anything),
      fc.integer({ min: 1, max: 60 }),
      (parameters, retry) => {
        const backoff = backoffOf({ type: 'retry_with_backoff', parameters });
        expect(backoff.attempts).toBeGreaterThanOrEqual(0);
        expect(backoff.attempts).toBeLessThanOrEqual(50);
        const delay = backoffDelayMs(backoff, retry, () => 0.999);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(900_000);
      },
    ),
  );
});
