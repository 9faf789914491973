import { atLeast, atMost, targetTable } from './part.ts';

const ms = (value: number) => `${value} ms`;

describe('targets', () => {
  it.each`
    target                                       | missed
    ${atMost('p99', 50, 49, ms)}                 | ${undefined}
    ${atMost('p99', 50, 50, ms)}                 | ${undefined}
    ${atMost('p99', 50, 125, ms)}                | ${'2.50 times as much'}
    ${atMost('p99', 50, undefined, ms, 'never')} | ${'never'}
    ${atLeast('share', 0.5, 0.5, String)}        | ${undefined}
    ${atLeast('share', 0.5, 0.1, String)}        | ${'0.20 of it'}
  `('$target.what $target.wanted, found $target.found: missed $missed', ({ target, missed }) => {
    expect(target.missed).toBe(missed);
  });

  it('are all in the table, missed or not', () => {
    const shown = targetTable([atMost('a', 1, 2, ms), atMost('b', 1, 1, ms)]);
    expect(shown).toContain('| a | at most 1 ms | 2 ms | **missed**: 2.00 times as much |');
    expect(shown).toContain('| b | at most 1 ms | 1 ms | yes |');
  });
});
