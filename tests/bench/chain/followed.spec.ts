import type { Chain } from './chain.ts';
import { Followed } from './followed.ts';

/** A chain that decides as `send` says. */
function chainThat(send: (n: number, decided: (n: number) => void) => Promise<void> | void): Chain {
  let decided: (n: number) => void = () => undefined;
  return {
    pids: {},
    send: async (n) => await send(n, decided),
    follow: (listener) => {
      decided = listener;
    },
    drained: async () => undefined,
    stop: async () => undefined,
  };
}

describe('chains that are followed', () => {
  it('are sustained when each is decided in time, and their numbers go on', async () => {
    const numbers: number[] = [];
    const chain = chainThat((n, decided) => {
      numbers.push(n);
      decided(n);
      // Published again, e.g. through an election.
      decided(n);
    });
    const followed = new Followed(chain);
    expect(await followed.saturate(5)).toBeGreaterThan(0);
    expect(await followed.steadily({ perSecond: 100, seconds: 0.1 })).toMatchObject({
      ...{ sent: 10, sustained: true, unfinished: 0, refused: 0 },
      ...{ p50: expect.any(Number), p99: expect.any(Number) },
    });
    expect(numbers).toEqual(Array.from({ length: 15 }, (_, n) => n));
  });

  it('count from when each was due: what waits for a busy sender counts', async () => {
    const chain = chainThat((n, decided) => {
      if (n === 0) for (const end = performance.now() + 200; performance.now() < end; );
      decided(n);
    });
    const { p50 = 0, senderBehind } = await new Followed(chain).steadily({ perSecond: 100, seconds: 0.1 });
    // Ten were due within the first 100 ms, and went out after 200.
    expect(p50).toBeGreaterThan(100);
    expect(senderBehind).toBeGreaterThan(100);
  });

  it.each`
    seconds | sustained | why
    ${0.4}  | ${true}   | ${'less than half a second of them is undecided when the last is sent'}
    ${0.6}  | ${false}  | ${'more than that'}
  `('at 100/s for $seconds s, decided afterwards: sustained $sustained ($why)', async ({ seconds, sustained }) => {
    const total = 100 * seconds;
    const chain = chainThat((n, decided) => {
      if (n === total - 1) setTimeout(() => Array.from({ length: total }, (_, one) => decided(one)), 20);
    });
    const found = await new Followed(chain).steadily({ perSecond: 100, seconds });
    expect(found).toMatchObject({ sent: total, unfinished: total, sustained });
    expect(found.p99 !== undefined).toBe(sustained);
  });

  it('are not sustained when one is refused, which is not waited for', async () => {
    const chain = chainThat((n, decided) => {
      if (n === 3) throw new Error('503');
      decided(n);
    });
    const found = await new Followed(chain).steadily({ perSecond: 100, seconds: 0.1 });
    expect(found).toMatchObject({ refused: 1, sustained: false });
    await expect(new Followed(chain).saturate(5)).rejects.toThrow('503');
  });
});
