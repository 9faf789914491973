import fc from 'fast-check';
import { afterRerun, learntWait, noRecovery, type Recovery } from './recovery.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What is known after so many reruns with such waits. */
function known(...reruns: { waitedMs: number; healed: number; failed: number }[]): Recovery {
  let recovery = noRecovery;
  let number = 0;
  for (const { waitedMs, healed, failed } of reruns) {
    for (let index = 0; index < healed + failed; index++) {
      recovery = afterRerun(recovery, { key: String(number++), waitedMs, healed: index < healed });
    }
  }
  return recovery;
}

const SOON = { waitedMs: 5 * SECOND, healed: 1, failed: 9 };

describe('the wait that was learnt', () => {
  it.each`
    what                                             | recovery                                                                                                        | proposedMs     | range
    ${'nothing is known'}                            | ${noRecovery}                                                                                                   | ${5 * SECOND}  | ${undefined}
    ${'too little is known'}                         | ${known({ waitedMs: 5 * SECOND, healed: 0, failed: 4 })}                                                        | ${5 * SECOND}  | ${undefined}
    ${'short waits heal'}                            | ${known({ waitedMs: 5 * SECOND, healed: 8, failed: 2 })}                                                        | ${5 * SECOND}  | ${undefined}
    ${'short waits never heal: the next is tried'}   | ${known({ waitedMs: 5 * SECOND, healed: 0, failed: 9 })}                                                        | ${5 * SECOND}  | ${[10 * SECOND, 30 * SECOND]}
    ${'a longer wait heals'}                         | ${known(SOON, { waitedMs: 2 * MINUTE, healed: 8, failed: 1 })}                                                  | ${5 * SECOND}  | ${[100 * SECOND, 300 * SECOND]}
    ${'a longer wait heals hardly more'}             | ${known({ ...SOON, healed: 6, failed: 4 }, { waitedMs: 2 * MINUTE, healed: 7, failed: 3 })}                     | ${5 * SECOND}  | ${undefined}
    ${'of two longer ones the shorter is enough'}    | ${known(SOON, { waitedMs: 20 * SECOND, healed: 6, failed: 4 }, { waitedMs: 9 * MINUTE, healed: 9, failed: 0 })} | ${5 * SECOND}  | ${[10 * SECOND, 30 * SECOND]}
    ${'what is proposed is long enough already'}     | ${known(SOON, { waitedMs: 2 * MINUTE, healed: 8, failed: 1 })}                                                  | ${3 * MINUTE}  | ${undefined}
    ${'the longest does not heal: there is no more'} | ${known({ waitedMs: 10 * MINUTE, healed: 0, failed: 9 })}                                                       | ${10 * MINUTE} | ${undefined}
  `('$what', ({ recovery, proposedMs, range }) => {
    const wait = learntWait(recovery, proposedMs);
    expect(wait && [wait.fromMs, wait.toMs]).toEqual(range);
  });

  it('says why', () => {
    const recovery = known(SOON, { waitedMs: 2 * MINUTE, healed: 8, failed: 2 });
    expect(learntWait(recovery, 5 * SECOND)?.says).toBe(
      'it waits 100s to 5m: 10 % of 10 reruns after up to 10s healed, 80 % of 10 reruns after up to 5m (learnt)',
    );
  });
});

it('is never shorter than what is proposed, and never longer than the longest wait', () => {
  const reruns = fc.array(
    fc.record({ key: fc.nat(500).map(String), waitedMs: fc.nat(20 * MINUTE), healed: fc.boolean() }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(reruns, fc.nat(15 * MINUTE), (list, proposedMs) => {
      const wait = learntWait(list.reduce(afterRerun, noRecovery), proposedMs);
      if (wait === undefined) return;
      expect(wait.fromMs).toBeGreaterThanOrEqual(Math.min(proposedMs, 10 * SECOND));
      expect(wait.fromMs).toBeGreaterThanOrEqual(proposedMs - 1);
      expect(wait.toMs).toBeLessThanOrEqual(15 * MINUTE);
      expect(wait.toMs).toBeGreaterThan(wait.fromMs);
    }),
  );
});

it('counts an order once, and forgets slowly', () => {
  const once = afterRerun(noRecovery, { key: 'a', waitedMs: 0, healed: true });
  expect(afterRerun(once, { key: 'a', waitedMs: 0, healed: true })).toBe(once);
  const much = known({ waitedMs: 0, healed: 500, failed: 0 });
  expect(much.tallies[0]?.healed).toBeLessThanOrEqual(61);
});
