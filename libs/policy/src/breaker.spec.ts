import fc from 'fast-check';
import { afterOutcome, askBreaker, type Breaker, BreakerSettings, closeBreaker, closedBreaker } from './breaker.ts';

const MINUTE = 60_000;
const settings = BreakerSettings.parse({ failures: 3, rest: '30m' });

type Heard = readonly ['healed' | 'ineffective' | 'harmful' | 'inconclusive', number];

/** Outcomes of different orders at times in minutes. */
function after(...heard: Heard[]): Breaker {
  return heard.reduce(
    (breaker, [outcome, minute], index) =>
      afterOutcome(breaker, { key: `k${index}`, outcome, at: minute * MINUTE }, settings, minute * MINUTE),
    closedBreaker,
  );
}

const says = (breaker: Breaker, minute: number, key = 'next') =>
  askBreaker(breaker, key, settings, minute * MINUTE).says;

describe('a breaker', () => {
  it.each<[string, Heard[], string]>([
    ['nothing happened', [], 'the breaker is closed'],
    [
      'two of three',
      [
        ['ineffective', 0],
        ['ineffective', 1],
      ],
      'the breaker is closed',
    ],
    [
      'a success between',
      [
        ['ineffective', 0],
        ['ineffective', 1],
        ['healed', 2],
        ['ineffective', 3],
      ],
      'the breaker is closed',
    ],
    [
      'three in a row',
      [
        ['ineffective', 0],
        ['ineffective', 1],
        ['ineffective', 2],
      ],
      'the breaker is open because 3 in a row did not help; it rests for another 22m',
    ],
    [
      'nothing proven between',
      [
        ['ineffective', 0],
        ['inconclusive', 1],
        ['ineffective', 2],
        ['ineffective', 2],
      ],
      'the breaker is open because 3 in a row did not help; it rests for another 22m',
    ],
    ['one did harm', [['harmful', 2]], 'the breaker is open because the last one did harm; it rests for another 22m'],
  ])('when %s', (_, heard, expected) => {
    expect(says(after(...heard), 10)).toBe(expected);
  });

  it('tries one when it has rested, and closes when that heals', () => {
    const open = after(['harmful', 0]);
    const asked = askBreaker(open, 'a', settings, 31 * MINUTE);
    expect(asked).toMatchObject({ allows: true, trial: true });
    const trying: Breaker = { ...open, trial: { key: 'a', at: 31 * MINUTE } };
    expect(says(trying, 32, 'b')).toBe('the breaker is open because the last one did harm; one is being tried already');
    expect(askBreaker(trying, 'a', settings, 32 * MINUTE).allows).toBe(true);
    expect(afterOutcome(trying, { key: 'a', outcome: 'healed', at: 33 * MINUTE }, settings, 33 * MINUTE)).toMatchObject(
      { failures: 0 },
    );
    expect(
      says(afterOutcome(trying, { key: 'a', outcome: 'healed', at: 33 * MINUTE }, settings, 33 * MINUTE), 34),
    ).toBe('the breaker is closed');
    const again = afterOutcome(trying, { key: 'a', outcome: 'ineffective', at: 33 * MINUTE }, settings, 33 * MINUTE);
    expect(says(again, 34)).toContain('it rests for another 29m');
    const unproven = afterOutcome(
      trying,
      { key: 'a', outcome: 'inconclusive', at: 33 * MINUTE },
      settings,
      33 * MINUTE,
    );
    expect(askBreaker(unproven, 'b', settings, 34 * MINUTE)).toMatchObject({ allows: true, trial: true });
    // Nobody ever heard of the trial.
    expect(askBreaker(trying, 'b', settings, 62 * MINUTE)).toMatchObject({ allows: true, trial: true });
  });

  it('that was opened is not closed by an earlier order that heals late', () => {
    expect(says(after(['harmful', 0], ['healed', 1]), 10)).toContain('the breaker is open');
  });

  it('opens again when the heal of the trial that closed it is taken back, once', () => {
    const at = 33 * MINUTE;
    const trying: Breaker = { ...after(['harmful', 0]), trial: { key: 'a', at: 31 * MINUTE } };
    const closed = afterOutcome(trying, { key: 'a', outcome: 'healed', at }, settings, at);
    const back = { key: 'a', outcome: 'ineffective', at, reversal: true } as const;
    const open = afterOutcome(closed, back, settings, at);
    expect(says(open, 34)).toBe(
      'the breaker is open because what the last trial healed came back; it rests for another 29m',
    );
    expect(afterOutcome(open, back, settings, at)).toBe(open);
    // Of another order it counts as one that did not help.
    expect(afterOutcome(closed, { ...back, key: 'b' }, settings, at)).toMatchObject({ failures: 1 });
    expect(says(afterOutcome(closed, { ...back, key: 'b' }, settings, at), 34)).toBe('the breaker is closed');
  });

  it('does not open for what happened long ago', () => {
    const heard = afterOutcome(closedBreaker, { key: 'a', outcome: 'harmful', at: 0 }, settings, 31 * MINUTE);
    expect(heard).toBe(closedBreaker);
  });

  it('waits for a human where the policy says so', () => {
    const human = BreakerSettings.parse({ reset: 'human' });
    expect(askBreaker(after(['harmful', 0]), 'a', human, 10_000 * MINUTE)).toEqual({
      allows: false,
      says: 'the breaker is open because the last one did harm; somebody has to close it',
    });
  });

  it('is closed by hand, and nothing that was counted before opens it again', () => {
    const human = BreakerSettings.parse({ reset: 'human', failures: 3 });
    const open = after(['ineffective', 0], ['ineffective', 1], ['ineffective', 2]);
    const by = { by: 'ada', reason: 'the registry is back', at: 5 * MINUTE };
    const closed = closeBreaker(open, { openedAt: 2 * MINUTE, ...by });
    expect(askBreaker(closed, 'next', human, 6 * MINUTE)).toMatchObject({ allows: true, trial: false });
    expect(closed).toEqual({ failures: 0, counted: ['k0', 'k1', 'k2'], closed: by });
    expect(afterOutcome(closed, { key: 'k2', outcome: 'harmful', at: 6 * MINUTE }, human, 6 * MINUTE)).toBe(closed);
    const again = afterOutcome(closed, { key: 'k9', outcome: 'harmful', at: 6 * MINUTE }, human, 6 * MINUTE);
    expect(again).toMatchObject({ openedAt: 6 * MINUTE, closed: by });
  });

  it.each`
    what                      | breaker                  | openedAt
    ${'that is closed'}       | ${closedBreaker}         | ${0}
    ${'that opened anew'}     | ${after(['harmful', 7])} | ${2 * MINUTE}
    ${'closed a second time'} | ${after()}               | ${2 * MINUTE}
  `('$what stays as it is', ({ breaker, openedAt }) => {
    expect(closeBreaker(breaker, { openedAt, by: 'ada', reason: 'late', at: 9 * MINUTE })).toBe(breaker);
  });

  it('counts the outcome of an order once, however often it is told', () => {
    const outcome = fc.constantFrom('healed', 'ineffective', 'harmful', 'inconclusive');
    const told = fc.array(fc.record({ key: fc.nat(8).map(String), outcome }), { maxLength: 30 });
    fc.assert(
      fc.property(told, (list) => {
        const run = (events: typeof list) =>
          events.reduce((breaker, event) => afterOutcome(breaker, { ...event, at: 0 }, settings, 0), closedBreaker);
        const firsts = list.filter(({ key }, index) => list.findIndex((other) => other.key === key) === index);
        expect(run(list)).toEqual(run(firsts));
      }),
    );
  });
});
