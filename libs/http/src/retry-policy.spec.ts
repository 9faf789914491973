import { ProviderError, type ProviderProblem } from '@prunella/core';
import { waitBefore } from './retry-policy.ts';

const policy = (random: number) => ({
  attempts: 4,
  firstDelayMs: 100,
  longestDelayMs: 1_000,
  random: () => random,
  sleep: async () => undefined,
});
const error = (problem: ProviderProblem, retryAfterMs?: number) =>
  new ProviderError('it', problem, 'GET /', retryAfterMs === undefined ? {} : { retryAfterMs });

it.each`
  what                         | thrown                           | made | random | waits
  ${'at most the first delay'} | ${error('unavailable')}          | ${1} | ${1}   | ${100}
  ${'at least half of it'}     | ${error('unavailable')}          | ${1} | ${0}   | ${50}
  ${'twice as long'}           | ${error('unavailable')}          | ${2} | ${1}   | ${200}
  ${'as the other side wants'} | ${error('rate-limited', 700)}    | ${1} | ${1}   | ${700}
  ${'not at all when told 0'}  | ${error('rate-limited', 0)}      | ${1} | ${1}   | ${0}
  ${'never that long'}         | ${error('rate-limited', 60_000)} | ${1} | ${1}   | ${undefined}
  ${'never after the last'}    | ${error('unavailable')}          | ${4} | ${1}   | ${undefined}
  ${'never after a no'}        | ${error('refused')}              | ${1} | ${1}   | ${undefined}
  ${'never after a bug'}       | ${new TypeError('x')}            | ${1} | ${1}   | ${undefined}
`('waits $what: $waits ms', ({ thrown, made, random, waits }) => {
  expect(waitBefore(thrown, made, policy(random))).toBe(waits);
});
