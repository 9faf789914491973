import type { OutcomeObserved } from '@prunella/contracts';
import fc from 'fast-check';
import { Story } from '../../test/story.ts';
import { observations, posteriorMean } from './posterior.ts';

function outcome(word: string, details: object = {}): OutcomeObserved {
  return new Story('1').outcome(word, details as never).data as OutcomeObserved;
}

describe('the posterior', () => {
  it.each`
    prior  | healed | ineffective | harmful | mean
    ${0.9} | ${0}   | ${0}        | ${0}    | ${0.9}
    ${0.9} | ${10}  | ${0}        | ${0}    | ${0.95}
    ${0.9} | ${0}   | ${10}       | ${0}    | ${0.45}
    ${0.5} | ${3}   | ${1}        | ${1}    | ${8 / 15}
    ${0}   | ${0}   | ${0}        | ${5}    | ${0}
  `('prior $prior, healed $healed, ineffective $ineffective, harmful $harmful: $mean', ({ mean, ...counts }) => {
    expect(posteriorMean({ priorWeight: 10, ...counts })).toBeCloseTo(mean, 12);
  });

  it('is a probability, and each healing raises it', () => {
    const count = fc.nat(1_000);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        count,
        count,
        count,
        (prior, healed, ineffective, harmful) => {
          const counts = { prior, priorWeight: 10, healed, ineffective, harmful };
          const mean = posteriorMean(counts);
          expect(mean).toBeGreaterThanOrEqual(0);
          expect(mean).toBeLessThanOrEqual(1);
          expect(posteriorMean({ ...counts, healed: healed + 1 })).toBeGreaterThan(mean);
        },
      ),
    );
  });
});

describe('observations', () => {
  it('sums up by rule and action; inconclusive says nothing', () => {
    const retry = [outcome('healed'), outcome('ineffective'), outcome('healed'), outcome('inconclusive')];
    const rollback = [outcome('harmful', { action: 'rollback', prior: 0.5 })];
    expect(observations([...retry, ...rollback])).toEqual([
      {
        decidedBy: 'rule:connection-timeout',
        action: 'retry_with_backoff',
        prior: 0.9,
        priorWeight: 10,
        healed: 2,
        ineffective: 1,
        harmful: 0,
      },
      expect.objectContaining({ action: 'rollback', prior: 0.5, healed: 0, harmful: 1 }),
    ]);
  });

  it.each([
    ['that nobody decided', { decidedBy: '' }],
    ['of a rule with a name that cannot be published', { decidedBy: 'x'.repeat(257) }],
  ])('leaves out an outcome %s', (_what, details) => {
    expect(observations([outcome('healed', details)])).toEqual([]);
  });

  it.each([
    [7, 1],
    [-1, 0],
  ])('takes a prior of %d as %d', (prior, taken) => {
    expect(observations([outcome('healed', { prior })])[0]?.prior).toBe(taken);
  });
});
