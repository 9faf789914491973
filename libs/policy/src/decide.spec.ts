import { type Action, actionTypes, causes, type DiagnosisMade, modes, type Run, risks } from '@prunella/contracts';
import fc from 'fast-check';
import { type Decision, decide, type Facts } from './decide.ts';
import { parsePolicy } from './parse-policy.ts';
import type { Policy } from './policy.ts';

const RUN: Run = {
  pipelineId: 'acme/shop/.github/workflows/ci.yml',
  platform: 'github',
  repository: 'acme/shop',
  runId: '42',
  attempt: 1,
  headSha: 'c0ffee',
  branch: 'main',
  environment: '',
  url: '',
  name: 'ci',
  kind: 'run',
};

const RETRY: Action = { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '5s', factor: 2 } };

function diagnosis(changes: Partial<DiagnosisMade> = {}): DiagnosisMade {
  return {
    incidentId: 'inc_1',
    run: RUN,
    cause: 'network',
    domain: 'platform',
    confidence: 0.9,
    transient: 0.9,
    action: RETRY,
    decidedBy: 'rule:connection-timeout',
    explanation: 'The connection timed out.',
    fingerprint: 'fp_1',
    evidence: [],
    alternatives: [],
    metrics: {},
    prior: 0.9,
    vetoes: [],
    gaps: [],
    ...changes,
  };
}

function decided(
  policy: string | Policy,
  changes: Partial<DiagnosisMade> = {},
  facts: Partial<Omit<Facts, 'diagnosis'>> = {},
): Decision {
  return decide(typeof policy === 'string' ? parsePolicy(`version: 1\n${policy}`) : policy, {
    diagnosis: diagnosis(changes),
    at: 0,
    attemptsSoFar: 0,
    unsupported: undefined,
    ...facts,
  });
}

function saysOf(decision: Decision, check: string): string | undefined {
  return decision.reasons.find((reason) => reason.check === check)?.says;
}

function refusing(decision: Decision): string[] {
  return decision.reasons.filter(({ allows }) => !allows).map(({ check }) => check);
}

const CANNOT = 'nothing here can rerun pipelines of platform generic';
const notify: Action = { type: 'notify_human', parameters: { to: '#platform', urgency: 'high' } };
const none: Action = { type: 'none', parameters: {} };
const rollback: Action = { type: 'rollback', parameters: {} };
const retryOnce: Action = { type: 'retry', parameters: { attempts: 1 } };

describe('decide', () => {
  it.each([
    // mode
    ['observe', {}, {}, 'observing', ['mode']],
    ['recommend', {}, {}, 'recommending', ['mode']],
    ['approve', {}, {}, 'asking', ['mode']],
    ['act', {}, {}, 'acting', []],
    // threshold
    ['act', { confidence: 0.6 }, {}, 'acting', []],
    ['act', { confidence: 0.5999 }, {}, 'recommending', ['threshold']],
    ['approve', { confidence: 0.5 }, {}, 'recommending', ['threshold', 'mode']],
    ['act', { confidence: Number.NaN }, {}, 'recommending', ['threshold']],
    ['act', { cause: 'deploy_failure', action: rollback, confidence: 0.8 }, {}, 'acting', []],
    ['act', { cause: 'deploy_failure', action: rollback, confidence: 0.79 }, {}, 'recommending', ['threshold']],
    // standing
    ['act', { demoted: 'rule x was demoted' }, {}, 'recommending', ['standing']],
    ['approve', { demoted: 'rule x was demoted' }, {}, 'recommending', ['standing', 'mode']],
    ['act', { demoted: 'rule x was demoted', confidence: 0.3 }, {}, 'recommending', ['standing', 'threshold']],
    [
      'act',
      { demoted: 'rule x was demoted', cause: 'compile_error' },
      {},
      'handing_over',
      ['code-failure', 'standing'],
    ],
    ['act', { demoted: 'rule x was demoted', action: notify }, {}, 'handing_over', []],
    ['act', { demoted: '' }, {}, 'acting', []],
    // attempts
    ['act', {}, { attemptsSoFar: 2 }, 'acting', []],
    ['act', {}, { attemptsSoFar: 3 }, 'handing_over', ['attempts']],
    ['act', { action: retryOnce }, { attemptsSoFar: 1 }, 'handing_over', ['attempts']],
    ['act', { action: { type: 'retry', parameters: {} } }, { attemptsSoFar: 2 }, 'acting', []],
    ['act', { cause: 'deploy_failure', action: rollback }, { attemptsSoFar: 3 }, 'handing_over', ['attempts']],
    ['recommend', {}, { attemptsSoFar: 3 }, 'handing_over', ['attempts', 'mode']],
    // capability
    ['act', {}, { unsupported: CANNOT }, 'recommending', ['capability']],
    ['act', { cause: 'compile_error' }, { unsupported: CANNOT }, 'handing_over', ['code-failure', 'capability']],
    ['approve', { action: rollback }, { unsupported: CANNOT }, 'recommending', ['capability', 'mode']],
    // faults in the code
    ['act', { cause: 'compile_error' }, {}, 'handing_over', ['code-failure']],
    ['act', { cause: 'test_failure', action: none }, {}, 'handing_over', ['code-failure']],
    ['act', { cause: 'config_error', action: rollback }, {}, 'acting', []],
    ['act', { cause: 'lint', action: notify }, {}, 'handing_over', []],
    ['act', { vetoes: ['code-failure-in-run: unit tests'] }, {}, 'handing_over', ['code-failure']],
    ['recommend', { vetoes: ['code-failure-in-run: lint'] }, {}, 'handing_over', ['code-failure', 'mode']],
    ['act', { action: rollback, vetoes: ['code-failure-in-run: lint'] }, {}, 'acting', []],
    ['act', { vetoes: ['owned-by: Argo CD'] }, {}, 'handing_over', ['veto']],
    ['act', { action: notify, vetoes: ['owned-by: Argo CD'] }, {}, 'handing_over', []],
    // free actions
    ['recommend', { action: notify }, { unsupported: CANNOT, attemptsSoFar: 9 }, 'handing_over', ['mode']],
    ['act', { action: none, cause: 'cancelled' }, { unsupported: CANNOT }, 'recommending', []],
    // risk
    ['act', { action: rollback }, { risk: 'irreversible' }, 'asking', ['irreversible']],
    ['recommend', { action: rollback }, { risk: 'irreversible' }, 'recommending', ['irreversible', 'mode']],
    ['act', { action: rollback }, { risk: 'cheap' }, 'acting', []],
    ['act', { confidence: 0.7 }, { risk: 'reversible' }, 'recommending', ['threshold']],
    // parameters
    ['act', { action: { type: 'retry', parameters: { attempts: 'many' } } }, {}, 'handing_over', ['parameters']],
    ['act', { action: { type: 'retry', parameters: { attempts: 0 } } }, {}, 'handing_over', ['parameters']],
    // observe says nothing, whatever there is to say
    ['observe', { cause: 'compile_error' }, {}, 'observing', ['code-failure', 'mode']],
    ['observe', { action: notify }, {}, 'observing', ['mode']],
  ] as [string, Partial<DiagnosisMade>, Partial<Facts>, string, string[]][])(
    'in mode %s, with %j and %j: %s because of %j',
    (mode, changes, facts, verdict, checks) => {
      const decision = decided(`mode: ${mode}`, changes, facts);
      expect(decision.verdict).toBe(verdict);
      expect(refusing(decision)).toEqual(checks);
    },
  );

  it('keeps the action that it does, asks for or recommends, and says how it is spaced', () => {
    for (const mode of ['act', 'approve', 'recommend']) {
      expect(decided(`mode: ${mode}`)).toMatchObject({
        action: RETRY,
        risk: 'cheap',
        mode,
        schedule: { attempts: 3, firstDelayMs: 5_000, factor: 2 },
      });
    }
  });

  it('turns what it hands over into a note to a human', () => {
    const decision = decided('mode: act', { cause: 'compile_error' });
    expect(decision).toMatchObject({ action: { type: 'notify_human', parameters: {} }, risk: 'free' });
    expect(decision).not.toHaveProperty('schedule');
  });

  it('keeps the parameters of a note that the diagnosis asks for', () => {
    expect(decided('mode: act', { action: notify }).action).toEqual(notify);
  });

  it('lets the policy lower the attempts of a rule, and not the other way round', () => {
    expect(decided('mode: act\nattempts: 2').schedule?.attempts).toBe(2);
    expect(decided('mode: act\nattempts: 9').schedule?.attempts).toBe(3);
  });

  it('can keep weak notes to itself by a threshold for free actions', () => {
    const decision = decided('mode: act\nthresholds: { free: 0.95 }', { action: notify });
    expect(decision.verdict).toBe('recommending');
  });

  it.each([
    ['mode', 'act', {}, {}, 'mode is act (mode): it is done'],
    [
      'threshold',
      'act',
      { confidence: 0.5999 },
      {},
      'confidence 0.599 is below 0.6, what cheap actions need (thresholds)',
    ],
    ['attempts', 'act', {}, { attemptsSoFar: 3 }, 'tried 3 of 3 (attempts)'],
    ['attempts', 'act', { action: retryOnce }, { attemptsSoFar: 1 }, 'tried 1 of 1 (parameters of retry)'],
    ['attempts', 'act', {}, { attemptsSoFar: 1 }, 'attempt 2 of 3 (attempts)'],
    ['capability', 'act', { run: { ...RUN, platform: 'generic' } }, { unsupported: CANNOT }, CANNOT],
    [
      'code-failure',
      'act',
      { vetoes: ['code-failure-in-run: unit'] },
      {},
      "the run can't pass by a rerun (code-failure-in-run: unit)",
    ],
    [
      'parameters',
      'act',
      { action: { type: 'retry', parameters: { firstDelay: '1h' } } },
      {},
      expect.stringMatching(/^the parameters of retry can't be used: parameters.firstDelay: .*15m$/),
    ],
  ] as [string, string, Partial<DiagnosisMade>, Partial<Facts>, string][])(
    'says the numbers of %s',
    (check, mode, changes, facts, says) => {
      expect(saysOf(decided(`mode: ${mode}`, changes, facts), check)).toEqual(says);
    },
  );

  it.each([
    ['act', {}, /^Doing retry_with_backoff for network: attempt 1 of 3 .*confidence 0\.9 .*mode is act.*\.$/],
    ['approve', {}, /^Asking before retry_with_backoff for network: mode is approve .*\.$/],
    ['recommend', {}, /^Recommending retry_with_backoff for network: mode is recommend .*\.$/],
    ['observe', {}, /^Only watching network: mode is observe .*\.$/],
    [
      'act',
      { cause: 'compile_error' },
      /^Left to a human instead of retry_with_backoff: compile_error is in the code.*\.$/,
    ],
    ['act', { action: notify }, /^A human is told about network: the diagnosis asks for it\.$/],
    ['act', { action: none, cause: 'cancelled' }, /^Nothing needs to be done about cancelled\.$/],
  ] as [string, Partial<DiagnosisMade>, RegExp][])('explains itself in one sentence: %s, %j', (mode, changes, text) => {
    expect(decided(`mode: ${mode}`, changes).explanation).toMatch(text);
  });
});

const action: fc.Arbitrary<Action> = fc.record({
  type: fc.constantFrom(...actionTypes),
  parameters: fc.oneof(
    fc.constant({}),
    fc.record({
      attempts: fc.oneof(fc.integer({ min: -2, max: 30 }), fc.constant('3')),
      firstDelay: fc.oneof(fc.constantFrom('5s', '10m', '2d', 'soon'), fc.integer()),
      factor: fc.oneof(fc.double(), fc.constant(null)),
    }),
    fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<Action['parameters'][string]>),
  ),
});

const facts: fc.Arbitrary<Facts> = fc.record(
  {
    diagnosis: fc
      .record({
        cause: fc.constantFrom(...causes),
        confidence: fc.oneof(fc.double({ min: 0, max: 1 }), fc.double()),
        action,
        vetoes: fc.array(fc.oneof(fc.string(), fc.constant('code-failure-in-run: lint')), { maxLength: 2 }),
        run: fc.record({
          platform: fc.constantFrom('', 'generic', 'github', 'playground'),
          pipelineId: fc.string(),
          branch: fc.string(),
        }),
      })
      .map(({ run, ...changes }) => diagnosis({ ...changes, run: { ...RUN, ...run } })),
    attemptsSoFar: fc.nat(25),
    unsupported: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    risk: fc.constantFrom(...risks),
    at: fc.nat(),
    spending: fc.array(
      fc.record({
        limit: fc.record({
          kind: fc.constantFrom('budget', 'cooldown'),
          name: fc.constant('b'),
          per: fc.constant('repository'),
          unit: fc.constantFrom('actions', 'minutes', 'money'),
          amount: fc.nat(20),
          scope: fc.string(),
          most: fc.nat(5),
          withinMs: fc.constant(60_000),
        }),
        spent: fc.nat(5),
        allows: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
    breaker: fc.oneof(
      fc.record({ allows: fc.constant(true as const), trial: fc.boolean(), says: fc.constant('closed') }),
      fc.record({ allows: fc.constant(false as const), says: fc.constant('open') }),
    ),
  },
  { requiredKeys: ['diagnosis', 'attemptsSoFar', 'unsupported', 'at'] },
);

const policies: fc.Arbitrary<Policy> = fc
  .record(
    {
      version: fc.constant(1),
      mode: fc.constantFrom(...modes),
      attempts: fc.integer({ min: 1, max: 20 }),
      thresholds: fc.record({ cheap: fc.double({ min: 0, max: 1, noNaN: true }) }),
      holdOut: fc.constantFrom(0, 0.5),
      protect: fc.array(fc.record({ match: fc.constant({ platform: 'github' }), mode: fc.constantFrom(...modes) }), {
        maxLength: 1,
      }),
      pipelines: fc.array(
        fc.record({
          match: fc.record({ platform: fc.constantFrom('*', 'github', 'play*') }),
          mode: fc.constantFrom(...modes),
        }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['version'] },
  )
  .map((file) => parsePolicy(JSON.stringify(file)));

describe('decide, whatever it is given', () => {
  function always(holds: (decision: Decision, given: Facts, policy: Policy) => void): void {
    fc.assert(
      fc.property(policies, facts, (policy, given) => holds(decide(policy, given), given, policy)),
      { numRuns: 500 },
    );
  }

  it('always says why', () => {
    always(({ reasons, explanation }) => {
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons.every(({ check, says }) => check !== '' && says !== '')).toBe(true);
      expect(explanation).toMatch(/^[A-Z][^\n]*\S[^\n]*\.$/);
    });
  });

  it('acts in mode act only, with every check passed', () => {
    always(({ verdict, mode, reasons }) => {
      if (verdict !== 'acting') return;
      expect(mode).toBe('act');
      expect(reasons.filter(({ allows }) => !allows)).toEqual([]);
    });
  });

  it('asks in the modes that may ask only, and is silent in observe', () => {
    always(({ verdict, mode }) => {
      expect(verdict === 'observing').toBe(mode === 'observe');
      if (verdict === 'asking') expect(['approve', 'act']).toContain(mode);
    });
  });

  it('never acts beyond the attempts', () => {
    always(({ verdict }, { attemptsSoFar, diagnosis: { action: proposed } }, policy) => {
      if (verdict !== 'acting') return;
      expect(attemptsSoFar).toBeLessThan(policy.attempts);
      const { attempts } = proposed.parameters;
      if (typeof attempts === 'number') expect(attemptsSoFar).toBeLessThan(attempts);
    });
  });

  it('never acts on what is irreversible, not sure, not possible or in the code', () => {
    always(
      ({ verdict, risk }, { diagnosis: { cause, confidence, action: proposed }, unsupported, risk: known }, policy) => {
        if (verdict !== 'acting') return;
        expect([risk, known]).not.toContain('irreversible');
        expect(confidence).toBeGreaterThanOrEqual(risk === 'cheap' ? policy.thresholds.cheap : 0.8);
        expect(unsupported).toBeUndefined();
        if (proposed.type.startsWith('retry')) expect(['compile_error', 'lint', 'test_failure']).not.toContain(cause);
      },
    );
  });

  it('never acts on what a limit, a breaker or a protection forbids', () => {
    always(({ verdict }, { spending = [], breaker, diagnosis: { run } }, policy) => {
      if (verdict !== 'acting' && verdict !== 'asking') return;
      expect(spending.every(({ allows }) => allows)).toBe(true);
      expect(breaker?.allows).not.toBe(false);
      const bounds = run.platform === 'github' ? policy.protect.map(({ mode }) => mode) : [];
      if (verdict === 'acting') expect(bounds.filter((mode) => mode !== 'act')).toEqual([]);
      else expect(bounds).not.toContain('recommend');
    });
  });

  it('gives the same answer twice', () => {
    always((decision, given, policy) => expect(decide(policy, given)).toEqual(decision));
  });
});
