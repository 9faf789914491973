import type { LokiEntry } from '@prunella/metrics';
import fc from 'fast-check';
import { ship } from './ship.ts';

function entry(name: string, bytes = 10): LokiEntry {
  return { labels: { service: 'prunella' }, at: 1n, line: name.padEnd(bytes), metadata: {} };
}

it('finds what Loki refuses among what it takes, and sends all the rest', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async (fine) => {
      const taken = new Set<string>();
      const { sent, refused } = await ship(
        fine.map((_, n) => entry(String(n))),
        async (part) => {
          // As Loki does it: what is well is taken also where others are not.
          const bad = part.filter(({ line }) => fine[Number(line)] !== true);
          for (const one of part) if (!bad.includes(one)) taken.add(one.line);
          return bad.length === 0 ? { kind: 'taken' } : { kind: 'refused', reason: `${bad.length} too old` };
        },
      );
      const good = fine.filter(Boolean).length;
      expect([sent, taken.size, refused.length]).toEqual([good, good, fine.length - good]);
      for (const { entry: one, reason } of refused)
        expect([fine[Number(one.line)], reason]).toEqual([false, '1 too old']);
    }),
  );
});

it('sends little at a time, in order, and stops where nothing is known', async () => {
  const lines = Array.from({ length: 5 }, (_, n) => entry(String(n), 200 * 1_024));
  const parts: number[] = [];
  await ship(lines, async (part) => {
    parts.push(part.length);
    return { kind: 'taken' };
  });
  expect(parts).toEqual([2, 2, 1]);
  const gone = ship(lines, async () => Promise.reject(new TypeError('gone')));
  await expect(gone).rejects.toThrow('gone');
});
