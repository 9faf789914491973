import fc from 'fast-check';
import { judge, type Recorded, record } from './judge.ts';
import recorded from './recorded.json' with { type: 'json' };

const RECORDED: Recorded = { ratio: 20, margin: 0.25, runs: [], note: '' };

describe('the guard of what a chain costs', () => {
  it.each`
    rounds            | isWorse  | why
    ${[20, 20, 20]}   | ${false} | ${'as recorded'}
    ${[24, 25, 24.9]} | ${false} | ${'within the margin'}
    ${[25, 25, 25]}   | ${false} | ${'right at the limit'}
    ${[26, 26, 25]}   | ${true}  | ${'beyond it'}
    ${[90, 20, 19]}   | ${false} | ${'one round that something else disturbed'}
    ${[40, 39, 19]}   | ${true}  | ${'most rounds are twice as dear'}
    ${[5, 5, 5]}      | ${false} | ${'cheaper'}
    ${[]}             | ${true}  | ${'nothing was measured'}
    ${[Number.NaN]}   | ${true}  | ${'no figure'}
  `('$rounds is worse: $isWorse ($why)', ({ rounds, isWorse }) => {
    expect(judge(rounds, RECORDED).isWorse).toBe(isWorse);
  });

  it('says what was found, what was expected and what to do', () => {
    const { says } = judge([41, 40, 39], RECORDED);
    expect(says).toContain('40.0 times the processor time of raw clients (rounds: 41.0, 40.0, 39.0)');
    expect(says).toContain('recorded are 20.0 times, 25.0 with the margin');
    expect(says).toContain('npm run bench -- --only chain --profile DIR');
    expect(judge([20], RECORDED).says).not.toContain('--record');
  });

  it('takes twice the furthest run for noise, and never less than a tenth', () => {
    const runs = [18, 20, 23].map((ratio) => ({ ratio, busyLoops: 0 }));
    expect(record(runs, '')).toMatchObject({ ratio: 20, margin: expect.closeTo(0.3) });
    expect(record([{ ratio: 20, busyLoops: 2 }], '').margin).toBe(0.1);
    expect(() => record([], '')).toThrow('at least one run');
  });

  it('never calls a run worse that it was recorded from', () => {
    const run = fc.record({ ratio: fc.double({ min: 1, max: 100, noNaN: true }), busyLoops: fc.nat(4) });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 12 }), (runs) => {
        const known = record(runs, '');
        expect(runs.filter(({ ratio }) => judge([ratio], known).isWorse)).toEqual([]);
      }),
    );
  });

  it('stands on runs that are written down, with and without other work on the machine', () => {
    expect(record(recorded.runs, recorded.note)).toEqual(recorded);
    expect(recorded.runs.filter(({ busyLoops }) => busyLoops > 0).length).toBeGreaterThanOrEqual(2);
    expect(recorded.runs.length).toBeGreaterThanOrEqual(5);
    // What makes a chain twice as dear has to show, whatever the noise was that it was recorded in.
    expect(recorded.margin).toBeLessThan(0.8);
  });
});
