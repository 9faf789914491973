import { seededRandom } from '@prunella/core';
import type { Sample } from '../measure/sample.ts';
import { judged } from './judge.ts';
import { HEAP_USED } from './real-series.fixture.ts';
import { RULES, type Rule } from './rules.ts';

const COUNT = 100;
const EVERY_MS = 30_000;

/** Samples of fifty minutes with one measure, at fifteen stories a second. */
function samplesOf(measure: string, valueAt: (n: number) => number, count = COUNT): Sample[] {
  return Array.from({ length: count }, (_, n) => {
    return { at: n * EVERY_MS, sent: n * 450, values: { [measure]: valueAt(n) } };
  });
}

function verdictOf(measure: string, valueAt: (n: number) => number, rules: readonly Rule[] = RULES): string {
  return judged(samplesOf(measure, valueAt), rules)[0]?.verdict ?? 'none';
}

const noise = (seed: number, height: number) => {
  const random = seededRandom(seed);
  return () => (random() - 0.5) * height;
};

describe('what has to stay as it is', () => {
  it.each`
    what                                      | measure                              | valueAt                                        | verdict
    ${'a heap that leaks 100 bytes a story'}  | ${'auditor/retained'}                | ${(n: number) => 80 + n * 0.045}               | ${'fails'}
    ${'one that stays'}                       | ${'auditor/retained'}                | ${() => 80}                                    | ${'holds'}
    ${'one that finds its size and stays'}    | ${'auditor/retained'}                | ${(n: number) => 80 + 5 * Math.min(1, n / 8)}  | ${'holds'}
    ${'connections that are never closed'}    | ${'nats/connections'}                | ${(n: number) => 6 + Math.floor(n / 10)}       | ${'fails'}
    ${'one connection more'}                  | ${'nats/connections'}                | ${(n: number) => (n > 40 ? 7 : 6)}             | ${'holds'}
    ${'a queue that gets longer'}             | ${'consumer/x/pending'}              | ${(n: number) => n * 2}                        | ${'fails'}
    ${'a queue that was long once'}           | ${'consumer/x/pending'}              | ${(n: number) => (n > 50 && n < 56 ? 900 : 0)} | ${'holds'}
    ${'timers whose marks are never removed'} | ${'bucket/prunella_timers/messages'} | ${(n: number) => 200 + n * 300}                | ${'fails'}
  `('$what: $verdict', ({ measure, valueAt, verdict }) => {
    expect(verdictOf(measure, valueAt)).toBe(verdict);
  });

  it('a heap as it was really seen holds, and with a leak on top of it fails', () => {
    const rule: Rule = { match: /^heap$/, kind: 'flat', in24h: 0.25, least: 5, why: '' };
    const seen = (n: number) => HEAP_USED[n % HEAP_USED.length] as number;
    expect(verdictOf('heap', seen, [rule])).toBe('holds');
    expect(verdictOf('heap', (n) => seen(n) + n * 0.4, [rule])).toBe('fails');
  });

  it('chance alone hardly ever fails', () => {
    const failed = Array.from({ length: 200 }, (_, seed) => {
      const wild = noise(seed, 40);
      return verdictOf('auditor/rss', () => 250 + wild());
    }).filter((verdict) => verdict === 'fails');
    expect(failed.length).toBeLessThanOrEqual(6);
  });
});

describe('what grows by design', () => {
  const wild = noise(3, 0.2);
  it.each`
    what                             | measure                              | valueAt                                              | verdict
    ${'with the load'}               | ${'table/incidents/bytes'}           | ${(n: number) => n * 0.5 + wild()}                   | ${'holds'}
    ${'up to its size'}              | ${'bucket/prunella_places/messages'} | ${(n: number) => Math.min(300, n * 10)}              | ${'holds'}
    ${'faster and faster'}           | ${'table/incidents/bytes'}           | ${(n: number) => n * n * 0.01 + wild()}              | ${'fails'}
    ${'only after a while'}          | ${'stream/PRUNELLA/bytes'}           | ${(n: number) => Math.max(0, n - 50) * 0.5 + wild()} | ${'fails'}
    ${'by more than each story may'} | ${'postgres/tempFiles'}              | ${(n: number) => n * 450 * 0.02}                     | ${'fails'}
  `('$what: $verdict', ({ measure, valueAt, verdict }) => {
    expect(verdictOf(measure, valueAt)).toBe(verdict);
  });
});

it('does not judge a trend of a few minutes', () => {
  const [found] = judged(samplesOf('auditor/retained', (n) => 80 + n, 30));
  expect(found).toMatchObject({ verdict: 'not judged', says: 'too short: 30 samples' });
});

it('fails at the first of what must never be', () => {
  expect(verdictOf('postgres/deadlocks', (n) => (n === 70 ? 1 : 0))).toBe('fails');
  expect(verdictOf('postgres/deadlocks', () => 0)).toBe('holds');
});

it('says which measure has no rule', () => {
  expect(() => judged(samplesOf('auditor/shoes', () => 1))).toThrow('the measure auditor/shoes: expected a rule');
});
