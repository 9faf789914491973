import { memoryOf, parseRollup, together } from './memory.ts';

const ROLLUP = `561362f07000-7ffcb20c8000 ---p 00000000 00:00 0                          [rollup]
Rss:              100000 kB
Pss:               62500 kB
Pss_Dirty:         50000 kB
Shared_Clean:      45000 kB
Shared_Dirty:       5000 kB
Private_Clean:     10000 kB
Private_Dirty:     40000 kB
Swap:                  0 kB
`;

describe('memory of processes', () => {
  it('is read from smaps_rollup, in millions of bytes', () => {
    expect(parseRollup(ROLLUP)).toEqual({ rss: 102.4, pss: 64, own: 51.2, shared: expect.closeTo(51.2) });
  });

  it('counts what is shared once for all of them', () => {
    const one = { rss: 100, pss: 60, own: 50, shared: 50 };
    expect(together([one, { ...one, rss: 110, own: 70, shared: 40 }])).toEqual({ rss: 210, pss: 120, once: 170 });
    expect(together([])).toEqual({ rss: 0, pss: 0, once: 0 });
  });

  it('says which line it missed', () => {
    expect(() => parseRollup('Rss: 1 kB\n')).toThrow('expected a line "Pss: <n> kB"');
  });

  it('of this very process is about what Node says of it', async () => {
    const { rss, own, shared } = await memoryOf(process.pid);
    expect(rss / (process.memoryUsage().rss / 1_000_000)).toBeGreaterThan(0.7);
    expect(own + shared).toBeCloseTo(rss, -1);
  });
});
