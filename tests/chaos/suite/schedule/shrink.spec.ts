import fc from 'fast-check';
import { shrink } from './shrink.ts';

const always = () => true;

describe('shrink', () => {
  it('finds what fails together, and nothing else, in order', async () => {
    const cases = fc
      .uniqueArray(fc.nat(100), { minLength: 1, maxLength: 30 })
      .chain((all) => fc.tuple(fc.constant(all), fc.subarray(all)));
    await fc.assert(
      fc.asyncProperty(cases, async ([all, needed]) => {
        const fails = async (some: readonly number[]) => needed.every((one) => some.includes(one));
        expect(await shrink(all, fails, always)).toMatchObject({ smallest: needed, isMinimal: true });
      }),
    );
  });

  it('gives something that fails, however unreliably it does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 20 }), fc.infiniteStream(fc.boolean()), async (all, luck) => {
        const failed = new Set([JSON.stringify(all)]);
        const fails = async (some: readonly number[]) => {
          if (!luck.next().value) return false;
          failed.add(JSON.stringify(some));
          return true;
        };
        const { smallest } = await shrink(all, fails, always);
        expect(failed).toContain(JSON.stringify(smallest));
      }),
    );
  });

  it('stops when there is no time, with what it has', async () => {
    const all = Array.from({ length: 16 }, (_, n) => n);
    let left = 2;
    const result = await shrink(
      all,
      async (some) => some.includes(3),
      () => left-- > 0,
    );
    expect(result).toMatchObject({ tries: 2, isMinimal: false });
    expect(result.smallest).toContain(3);
    expect(result.smallest.length).toBeLessThan(16);
  });

  it('needs few tries for one of many', async () => {
    const all = Array.from({ length: 64 }, (_, n) => n);
    const { tries } = await shrink(all, async (some) => some.includes(40), always);
    expect(tries).toBeLessThan(20);
  });
});
