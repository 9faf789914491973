import { effectiveness } from './effectiveness.ts';

describe('effectiveness', () => {
  it('counts as success only what is proven, of what is known', () => {
    const report = effectiveness(
      [
        { action: 'retry', outcome: 'healed', count: 3 },
        { action: 'retry', outcome: 'ineffective', count: 1 },
        { action: 'retry', outcome: 'inconclusive', count: 5 },
        { action: 'retry', outcome: null, count: 2 },
        { action: 'rollback', outcome: 'harmful', count: 1 },
      ],
      [
        {
          ...{ key: 'retry', currency: 'EUR', actions: 11, estimated: 11, expectedMinutes: 110, expectedMoney: 1.1 },
          ...{ timed: 9, actualMinutes: 80 },
        },
      ],
    );
    expect(report).toEqual({
      overall: { total: 12, successful: 3, successRate: 0.6 },
      actions: [
        {
          ...{ action: 'retry', total: 11, successful: 3, ineffective: 1, harmful: 0, inconclusive: 5, pending: 2 },
          successRate: 0.75,
          ...{ expectedMinutes: 110, actualMinutes: 80, money: [{ currency: 'EUR', amount: 1.1 }] },
        },
        {
          ...{ action: 'rollback', total: 1, successful: 0, ineffective: 0, harmful: 1, inconclusive: 0, pending: 0 },
          successRate: 0,
          ...{ expectedMinutes: 0, actualMinutes: 0, money: [] },
        },
      ],
    });
  });

  it.each([
    ['nothing', []],
    ['nothing that is known', [{ action: 'retry', outcome: null, count: 4 }]],
    ['nothing but inconclusive', [{ action: 'retry', outcome: 'inconclusive', count: 4 }]],
  ])('has no success rate of %s', (_what, tallies) => {
    expect(effectiveness(tallies, []).overall.successRate).toBeNull();
  });
});
