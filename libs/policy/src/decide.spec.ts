import { type Action, actionTypes, type Cause, causes } from '@prunella/contracts';
import fc from 'fast-check';
import { decide } from './decide.ts';
import { diagnosisFor } from './diagnosis.fixture.ts';
import { parsePolicy } from './parse-policy.ts';

const acting = parsePolicy('version: 1\nmode: act');
const facts = { attemptsSoFar: 0, unsupported: undefined };

describe('decide', () => {
  it.each`
    mode           | verdict
    ${'observe'}   | ${'observing'}
    ${'recommend'} | ${'recommending'}
    ${'approve'}   | ${'asking'}
    ${'act'}       | ${'acting'}
  `('in mode $mode: $verdict', ({ mode, verdict }) => {
    const policy = parsePolicy(`version: 1\nmode: ${mode}`);
    expect(decide(policy, { ...facts, diagnosis: diagnosisFor() })).toMatchObject({ verdict, mode, risk: 'cheap' });
  });

  it.each`
    what                             | diagnosis                                                    | more                                        | verdict           | check
    ${'confidence just enough'}      | ${{ confidence: 0.6 }}                                       | ${{}}                                       | ${'acting'}       | ${'threshold'}
    ${'confidence too low'}          | ${{ confidence: 0.59 }}                                      | ${{}}                                       | ${'recommending'} | ${'threshold'}
    ${'reversible wants more'}       | ${{ confidence: 0.79, action: action('rollback') }}          | ${{}}                                       | ${'recommending'} | ${'threshold'}
    ${'reversible with enough'}      | ${{ confidence: 0.8, action: action('rollback') }}           | ${{}}                                       | ${'acting'}       | ${'threshold'}
    ${'the last attempt'}            | ${{}}                                                        | ${{ attemptsSoFar: 2 }}                     | ${'acting'}       | ${'attempts'}
    ${'no attempts left'}            | ${{}}                                                        | ${{ attemptsSoFar: 3 }}                     | ${'handing_over'} | ${'attempts'}
    ${'the rule allows fewer'}       | ${{ action: action('retry_with_backoff', { attempts: 1 }) }} | ${{ attemptsSoFar: 1 }}                     | ${'handing_over'} | ${'attempts'}
    ${'the rule asks for more'}      | ${{ action: action('retry_with_backoff', { attempts: 9 }) }} | ${{ attemptsSoFar: 3 }}                     | ${'handing_over'} | ${'attempts'}
    ${'a real failure beside it'}    | ${{ vetoes: ['code-failure-in-run: job "unit"'] }}           | ${{}}                                       | ${'handing_over'} | ${'code-failure'}
    ${'a code cause with a retry'}   | ${{ cause: 'compile_error' }}                                | ${{}}                                       | ${'handing_over'} | ${'code-failure'}
    ${'nothing here can do it'}      | ${{}}                                                        | ${{ unsupported: 'no platform "generic"' }} | ${'recommending'} | ${'capability'}
    ${'the diagnosis wants a human'} | ${{ cause: 'image_pull', action: action('notify_human') }}   | ${{}}                                       | ${'handing_over'} | ${'mode'}
    ${'nothing to be done'}          | ${{ cause: 'cancelled', action: action('none') }}            | ${{}}                                       | ${'handing_over'} | ${'mode'}
  `('$what: $verdict', ({ diagnosis, more, verdict, check }) => {
    const decision = decide(acting, { ...facts, ...more, diagnosis: diagnosisFor(diagnosis) });
    expect(decision.verdict).toBe(verdict);
    expect(decision.reasons.map((reason) => reason.check)).toContain(check);
    if (verdict === 'handing_over') expect(decision.action.type).toBe('notify_human');
  });

  it('tells a human also in recommend mode, and nobody in observe', () => {
    const broken = diagnosisFor({ cause: 'test_failure', domain: 'code', action: action('notify_human') });
    expect(decide(parsePolicy('version: 1'), { ...facts, diagnosis: broken }).verdict).toBe('handing_over');
    expect(decide(parsePolicy('version: 1\nmode: observe'), { ...facts, diagnosis: broken }).verdict).toBe('observing');
  });

  it('keeps to its promises for every diagnosis', () => {
    const diagnosis = fc.record({
      cause: fc.constantFrom<Cause>(...causes),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      action: fc.record({
        type: fc.constantFrom(...actionTypes),
        parameters: fc.dictionary(
          fc.constantFrom('attempts', 'firstDelay', 'factor'),
          fc.oneof(fc.double(), fc.string(), fc.constant(null)),
        ),
      }),
      vetoes: fc.array(fc.string(), { maxLength: 2 }),
    });
    const modes = fc.constantFrom('observe', 'recommend', 'approve', 'act');
    fc.assert(
      fc.property(
        diagnosis,
        modes,
        fc.nat(5),
        fc.option(fc.string(), { nil: undefined }),
        (changes, mode, attemptsSoFar, unsupported) => {
          const policy = parsePolicy(`version: 1\nmode: ${mode}`);
          const decision = decide(policy, { diagnosis: diagnosisFor(changes as never), attemptsSoFar, unsupported });
          expect(decision.reasons.length).toBeGreaterThan(0);
          expect(decision.explanation).not.toBe('');
          if (decision.verdict !== 'acting' && decision.verdict !== 'asking') return;
          expect(decision.verdict).toBe(mode === 'act' ? 'acting' : 'asking');
          expect(attemptsSoFar).toBeLessThan(policy.attempts);
          expect(unsupported).toBeUndefined();
          expect(decision.risk).not.toBe('irreversible');
          expect(changes.confidence).toBeGreaterThanOrEqual(decision.risk === 'cheap' ? 0.6 : 0.8);
        },
      ),
    );
  });
});

function action(type: Action['type'], parameters: Action['parameters'] = {}): Action {
  return { type, parameters };
}
