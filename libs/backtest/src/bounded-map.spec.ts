import fc from 'fast-check';
import { BoundedMap } from './bounded-map.ts';

const MOST = 4;
const key = fc.nat(9);
const deed = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key }),
  fc.record({ kind: fc.constant('delete' as const), key }),
);

describe('a bounded map', () => {
  it('forgets what was written first, however it was written and deleted before', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 200 }), (deeds) => {
        const map = new BoundedMap<number, number>(MOST);
        let expected: [number, number][] = [];
        for (const [value, { kind, key }] of deeds.entries()) {
          if (kind === 'set') map.set(key, value);
          else map.delete(key);
          expected = expected.filter(([other]) => other !== key);
          if (kind === 'set') expected = [...expected, [key, value] as [number, number]].slice(-MOST);
          const found = Array.from({ length: 10 }, (_, at) => [at, map.get(at)]).filter(
            ([, kept]) => kept !== undefined,
          );
          expect(found).toEqual(expected.toSorted(([a], [b]) => a - b));
          expect(map.size).toBe(expected.length);
        }
      }),
    );
  });
});
