import { daysOf } from './days.ts';

describe('actions by day', () => {
  it('are counted by how they ended, the oldest day first', () => {
    expect(
      daysOf([
        { day: '2026-11-03', outcome: 'healed', count: 3 },
        { day: '2026-11-03', outcome: null, count: 2 },
        { day: '2026-11-01', outcome: 'harmful', count: 1 },
        { day: '2026-11-01', outcome: 'inconclusive', count: 4 },
        { day: '2026-11-01', outcome: 'ineffective', count: 5 },
      ]),
    ).toEqual([
      { day: '2026-11-01', successful: 0, ineffective: 5, harmful: 1, inconclusive: 4, pending: 0 },
      { day: '2026-11-03', successful: 3, ineffective: 0, harmful: 0, inconclusive: 0, pending: 2 },
    ]);
  });
});
