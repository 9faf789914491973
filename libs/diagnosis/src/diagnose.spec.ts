import type { Cause, Conclusion, Failure } from '@prunella/contracts';
import { builtinModel } from '@prunella/model';
import { builtinPacks, compileRules } from '@prunella/rules';
import fc from 'fast-check';
import { diagnose } from './diagnose.ts';
import type { DiagnosisDeps, DiagnosisInput, Learnt, LogText } from './diagnosis.ts';
import { explainJson } from './explain-json.ts';

const rules = compileRules(builtinPacks());
/** So that a rule's own confidence stays what it is: the shipped weights change with every training. */
const weights = {
  rule: { bias: 0, prior: 1, place: 0, guess: 0, rival: 0, codeRival: 0 },
  guess: { bias: 0, odds: 1 },
};
const nothingLearnt: DiagnosisDeps = { rules, weights, learnt: () => undefined };

function of(part: Partial<DiagnosisInput> = {}, d: DiagnosisDeps = nothingLearnt) {
  return diagnose({ logs: [], jobs: [], metrics: {}, conclusion: 'failure', ...part }, d);
}

const error = (message: string, rest: Partial<Failure> = {}): Failure => ({ message, type: '', stack: '', ...rest });
const log = (job: string, text: string, firstLine = 1): LogText => ({ job, text, firstLine });

describe('diagnose', () => {
  it('knows the smallest message: a connection that timed out', () => {
    expect(of({ error: error('Connection timed out') })).toEqual({
      cause: 'network',
      domain: 'platform',
      confidence: 0.85,
      prior: 0.85,
      transient: 0.85,
      action: { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '5s', factor: 2 } },
      decidedBy: 'rule:connection-timeout',
      explanation:
        'A connection timed out before the other side answered: rule connection-timeout matches on the reported error ("Connection timed out"); confidence 0.85.',
      fingerprint: expect.stringMatching(/^fp_\w{20}$/),
      evidence: [{ line: 1, text: 'Connection timed out', job: '' }],
      excerpts: [],
      alternatives: [],
      metrics: {},
      vetoes: [],
    });
  });

  it.each<[string, Partial<DiagnosisInput>, Cause, string, string]>([
    ['nothing at all', {}, 'unknown', 'retry', 'default'],
    [
      'what its reporter suggests, where nobody knows it',
      { error: error('p99 is 4 s', { type: 'Checkout Slow', suggestedAction: 'reset_connections' }) },
      'unknown',
      'reset_connections',
      'reporter:Checkout-Slow',
    ],
    [
      'what its reporter suggests, where a rule knows better',
      { error: error('', { type: 'DeploymentErrorSpike', suggestedAction: 'scale_resources' }) },
      'error_rate',
      'rollback',
      'rule:deployment-error-rate',
    ],
    [
      'what its reporter suggests, where the metrics know better',
      { error: error('', { type: 'X', suggestedAction: 'retry' }), metrics: { memory: 0.97 } },
      'oom',
      'scale_resources',
      'metrics:memory',
    ],
    [
      'a suggestion that is no action',
      { error: error('', { type: 'X', suggestedAction: 'rm -rf' }) },
      'unknown',
      'retry',
      'default',
    ],
    ['words that nobody knows', { error: error('flux drained') }, 'unknown', 'retry', 'default'],
    [
      'a type alone',
      { error: error('', { type: 'ECONNRESET' }) },
      'network',
      'retry_with_backoff',
      'rule:connection-reset',
    ],
    [
      'a stack alone',
      { error: error('no', { stack: 'java.lang.OutOfMemoryError' }) },
      'oom',
      'scale_resources',
      'rule:jvm-heap-exhausted',
    ],
    ['exit code 137 alone', { error: error('', { exitCode: 137 }) }, 'oom', 'scale_resources', 'rule:exit-code-137'],
    [
      'exit code 137 in the message',
      { error: error('Process completed with exit code 137.') },
      'oom',
      'scale_resources',
      'rule:exit-code-137',
    ],
    ['exit code 137 in a log', { logs: [log('a', 'exit code 137')] }, 'oom', 'scale_resources', 'rule:exit-code-137'],
    ['a run that timed out', { conclusion: 'timed_out' }, 'timeout', 'retry', 'rule:job-timed-out'],
    ['a cancelled run', { conclusion: 'cancelled' }, 'cancelled', 'none', 'rule:run-cancelled'],
    [
      'a run that did not start',
      { conclusion: 'startup_failure' },
      'config_error',
      'notify_human',
      'rule:run-did-not-start',
    ],
    [
      "a platform's word that nothing in the log speaks against",
      { logs: [{ ...log('a', '$ make\nflux drained'), failureReason: 'runner_system_failure' }] },
      'runner_lost',
      'retry',
      'rule:gitlab-system-failure',
    ],
    [
      "a platform's word that it was the script",
      { logs: [{ ...log('a', 'src/a.ts(1,1): error TS2304: Cannot find name x.'), failureReason: 'script_failure' }] },
      'compile_error',
      'notify_human',
      'rule:typescript-error',
    ],
    [
      'a job that GitLab refused',
      { error: error('deploy: GitLab says ci_quota_exceeded', { type: 'ci_quota_exceeded' }) },
      'config_error',
      'notify_human',
      'rule:gitlab-refused-job',
    ],
    ['a log that is not text', { logs: [log('a', '\u0000ECONNRESET')] }, 'unknown', 'retry', 'default'],
  ])('%s', (_name, input, cause, action, decidedBy) => {
    expect(of(input)).toMatchObject({ cause, action: { type: action }, decidedBy });
  });

  it('retries once, half sure, when nothing is known, and shows what the log says', () => {
    const made = of({ logs: [log('build', 'starting\nError: the flux drained\nstopping')] });
    expect(made).toMatchObject({ confidence: 0.5, action: { type: 'retry', parameters: { attempts: 1 } } });
    expect(made.evidence).toEqual([{ line: 2, text: 'Error: the flux drained', job: 'build' }]);
    expect(made.explanation).toContain('unknown');
  });

  describe('what the platform says of a job beside its log', () => {
    const lost =
      'The hosted runner: GitHub Actions 12 lost communication with the server. Anything in your workflow ...';
    const compile = 'src/a.ts(1,1): error TS2304: Cannot find name x.';
    const job = (text: string, rest: Partial<LogText> = {}): LogText => ({ ...log('build', text), ...rest }) as LogText;

    it('is why, where it ended the job itself, whatever the log says until then', () => {
      const made = of({ logs: [job(`starting\n${compile}`, { annotations: [lost] })] });
      expect(made).toMatchObject({ cause: 'runner_lost', decidedBy: 'rule:actions-runner-lost', vetoes: [] });
      expect(made.evidence[0]).toMatchObject({ line: 1, text: lost, job: 'build' });
      expect(made.explanation).toContain(`matches on an annotation of job "build" ("The hosted runner`);
      expect(made.alternatives.map(({ cause }) => cause)).toEqual(['compile_error']);
    });

    it('hides no failure of the code, where a step had failed before', () => {
      const made = of({ logs: [job(compile, { failedStep: 'Build', annotations: [lost] })] });
      expect(made.cause).toBe('compile_error');
      expect(made.alternatives.map(({ cause }) => cause)).toEqual(['runner_lost']);
    });

    it.each<[string, string, string[], Cause]>([
      [
        'a runner that never came',
        '',
        ['The job was not acquired by Runner of type hosted even after multiple attempts'],
        'runner_lost',
      ],
      ['a job that took too long', 'make', ['The job has exceeded the maximum execution time of 6h0m0s'], 'timeout'],
      ['an exit code that the log does not tell', 'make', ['Process completed with exit code 137.'], 'oom'],
      ['an exit code that says nothing', compile, ['Process completed with exit code 2.'], 'compile_error'],
      ['what no rule knows', compile, ['The flux drained.', ''], 'compile_error'],
    ])('%s', (_what, text, annotations, cause) => {
      expect(of({ logs: [job(text, { failedStep: 'Build', annotations })] }).cause).toBe(cause);
    });

    it('counts once what stands in the log, too', () => {
      const text = `starting\n##[error]${compile}`;
      const without = of({ logs: [job(text)] });
      expect(of({ logs: [job(text, { annotations: [compile] })] })).toEqual(without);
    });

    it('shows no secret', () => {
      const secret = `ghp_${'a1B2'.repeat(9)}`;
      const made = of({ logs: [job('make', { annotations: [`Error: connect ETIMEDOUT token=${secret}`] })] });
      expect(JSON.stringify(made)).not.toContain(secret);
      expect(made.cause).toBe('network');
    });
  });

  it('believes the words more than the exit code', () => {
    const made = of({ logs: [log('test', '--- FAIL: TestTotal (0.00s)\nProcess completed with exit code 137.')] });
    expect(made.cause).toBe('test_failure');
    expect(made.alternatives).toEqual([
      {
        ...{ cause: 'oom', confidence: 0.65, decidedBy: 'rule:exit-code-137', action: 'scale_resources' },
        says: 'The step ended with exit code 137, so something killed it, mostly for its memory.',
        whyNot: '0.65 is less than the 0.90 of test_failure',
      },
    ]);
  });

  it('a cancelled job does not make a cancelled run', () => {
    const logs: LogText[] = [{ ...log('lint', 'stopping'), conclusion: 'cancelled' }];
    expect(of({ logs }).cause).toBe('unknown');
  });

  it('a job that timed out does, even without a log', () => {
    const job = { id: '1', name: 'e2e', conclusion: 'timed_out', url: '', failedStep: '', runner: '' } as const;
    expect(of({ jobs: [job] }).cause).toBe('timeout');
  });
});

describe('evidence', () => {
  const text = [
    '2026-01-02T03:04:05.1234567Z npm ci',
    '2026-01-02T03:04:06.1234567Z npm error code ECONNRESET token=hunter2',
    '2026-01-02T03:04:06.1234567Z npm error network aborted',
    '2026-01-02T03:04:07.1234567Z ##[error]Process completed with exit code 1.',
  ].join('\n');
  const made = of({ logs: [{ ...log('build', text, 101), failedStep: 'install' }] });

  it('is redacted, keeps the lines of the original and the job, the decisive line first', () => {
    expect(made.evidence).toEqual([
      {
        ...{ line: 102, text: 'npm error code ECONNRESET token=[redacted]', job: 'build' },
        match: 'npm error code ECONNRESET',
      },
      { line: 103, text: 'npm error network aborted', job: 'build', match: 'npm error network' },
      { line: 104, text: 'Process completed with exit code 1.', job: 'build' },
    ]);
  });

  it('is quoted in the explanation with job, step and numbers', () => {
    expect(made.explanation).toBe(
      'npm could not reach its registry: rule npm-network matches on line 102 of job "build", step "install" ("npm error code ECONNRESET token=[redacted]"), 2 lines in all; confidence 0.93.',
    );
  });

  const key = `-----BEGIN PRIVATE KEY-----\n${'Zx9+'.repeat(16)}\nZx9=\n-----END PRIVATE KEY-----`;
  it.each<[string, Partial<DiagnosisInput>]>([
    ['a log', { logs: [log('a', `the end\n${key}`)] }],
    ['a cut log', { logs: [log('a', key.split('\n').slice(1).join('\n'), 900)] }],
    ['a message', { error: error(`boom\n${key}`) }],
    ['a stack', { error: error('boom', { stack: `Traceback (most recent call last):\n${key}` }) }],
  ])('holds no private key of %s', (_name, input) => {
    expect(JSON.stringify(of(input))).not.toMatch(/Zx9|PRIVATE KEY/);
  });

  it('keeps a message and a stack apart, although both begin with line 1', () => {
    const made = of({ error: error('OOMKilled', { stack: 'out of memory' }) });
    expect(made.evidence.map(({ text }) => text)).toEqual(['OOMKilled', 'out of memory']);
  });

  it('of a heading holds what it announces', () => {
    const text = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\nValueError: bad price';
    const expected = ['Traceback (most recent call last):', 'ValueError: bad price'];
    expect(of({ logs: [log('a', text)] }).evidence.map((item) => item.text)).toEqual(expected);
    const made = of({ error: error('x', { stack: text }) });
    expect(made.evidence.map((item) => item.text)).toEqual(expected);
  });

  it.each([
    ['ten lines of a short log', 50, 10],
    ['a fifth of a longer one', 100, 20],
    ['thirty of a long one', 5_000, 30],
  ])('is at most %s', (_name, lines, most) => {
    const words = (at: number) => `Error: the ${'abcdefghij'[at % 10]}${'klmnopqrst'[Math.floor(at / 10) % 10]} broke`;
    const text = Array.from({ length: lines }, (_, at) => `npm error network ${words(at)}`).join('\n');
    expect(of({ logs: [log('a', text)] }).evidence).toHaveLength(most);
  });
});

describe('metrics', () => {
  const rollback = 'Deployment error rate above threshold';
  it.each`
    says                      | metrics                   | cause           | action                  | confidence | decidedBy
    ${rollback}               | ${{ error_rate: 0.1 }}    | ${'error_rate'} | ${'rollback'}           | ${0.88}    | ${'rule:deployment-error-rate'}
    ${rollback}               | ${{ error_rate: 0.11 }}   | ${'error_rate'} | ${'rollback'}           | ${0.98}    | ${'rule:deployment-error-rate'}
    ${'OOMKilled'}            | ${{ memory: 0.9 }}        | ${'oom'}        | ${'scale_resources'}    | ${0.91}    | ${'rule:out-of-memory'}
    ${'OOMKilled'}            | ${{ memory: 0.91 }}       | ${'oom'}        | ${'scale_resources'}    | ${0.99}    | ${'rule:out-of-memory'}
    ${'exit code 137'}        | ${{ memory: 0.91 }}       | ${'oom'}        | ${'scale_resources'}    | ${0.85}    | ${'rule:exit-code-137'}
    ${''}                     | ${{ error_rate: 0.11 }}   | ${'error_rate'} | ${'rollback'}           | ${0.8}     | ${'metrics:error-rate'}
    ${''}                     | ${{ memory: 0.91 }}       | ${'oom'}        | ${'scale_resources'}    | ${0.85}    | ${'metrics:memory'}
    ${''}                     | ${{ memory: 0.9 }}        | ${'unknown'}    | ${'retry'}              | ${0.5}     | ${'default'}
    ${''}                     | ${{ memory: Number.NaN }} | ${'unknown'}    | ${'retry'}              | ${0.5}     | ${'default'}
    ${'connection refused'}   | ${{ error_rate: 0.5 }}    | ${'error_rate'} | ${'rollback'}           | ${0.8}     | ${'metrics:error-rate'}
    ${'connection timed out'} | ${{ error_rate: 0.5 }}    | ${'network'}    | ${'retry_with_backoff'} | ${0.85}    | ${'rule:connection-timeout'}
  `('$says with $metrics: $cause, $confidence by $decidedBy', ({ says, metrics, ...expected }) => {
    const { cause, action, confidence, decidedBy } = of({ error: error(says), metrics });
    expect({ cause, action: action.type, confidence, decidedBy }).toEqual(expected);
  });

  it.each([
    [0.95, 1.5],
    [0.96, 2],
  ])('memory %d alone asks for %d times as much', (memory, factor) => {
    expect(of({ metrics: { memory } }).action.parameters).toEqual({ resource: 'memory', factor });
  });

  it('are named in the explanation', () => {
    expect(of({ metrics: { error_rate: 0.25 } }).explanation).toBe(
      'The service answers more than a tenth of its requests with errors: the metrics say so; error_rate 0.25 is above 0.1; confidence 0.80.',
    );
  });
});

describe('what was learnt', () => {
  const learntOf = (known: Record<string, number>, samples = 12): DiagnosisDeps => ({
    ...nothingLearnt,
    learnt: (decidedBy, action) => {
      const mean = known[`${decidedBy} ${action}`];
      return mean === undefined ? undefined : { mean, samples };
    },
  });

  it('replaces the confidence, and the rule keeps its own as prior', () => {
    const made = of(
      { error: error('Connection timed out') },
      learntOf({ 'rule:connection-timeout retry_with_backoff': 0.42 }),
    );
    expect(made).toMatchObject({ confidence: 0.42, prior: 0.85 });
    expect(made.explanation).toContain('12 past outcomes put the confidence at 0.42 instead of 0.85');
  });

  const TIMEOUT = { error: error('Connection timed out') };
  const knowing = (known: Learnt): DiagnosisDeps => ({
    ...nothingLearnt,
    learnt: (decidedBy) => (decidedBy === 'rule:connection-timeout' ? known : undefined),
  });

  it.each<[string, Learnt, object]>([
    ['a bound', { mean: 0.7, lower: 0.55, samples: 9 }, { confidence: 0.55, mean: 0.7 }],
    [
      'a demotion',
      { mean: 0.7, lower: 0.55, samples: 9, demoted: 'why' },
      { confidence: 0.55, mean: 0.7, demoted: 'why' },
    ],
    [
      'a demotion by hand before any outcome',
      { mean: 0, samples: 0, demoted: 'why' },
      { confidence: 0.85, demoted: 'why' },
    ],
    ['a pinned rule', { mean: 0.4, lower: 0.2, samples: 9, pinned: 'ada trusts it' }, { confidence: 0.85 }],
  ])('tells of %s', (_what, known, expected) => {
    const { confidence, mean, demoted, explanation } = of(TIMEOUT, knowing(known));
    expect({ confidence, mean, demoted }).toEqual({ mean: undefined, demoted: undefined, ...expected });
    if (known.pinned !== undefined) expect(explanation).toContain('ada trusts it; confidence 0.85');
    else if (known.samples > 0)
      expect(explanation).toContain('at 0.7 (at least 0.55) instead of 0.85; confidence 0.55');
  });

  it('competes by what is expected, not by the bound', () => {
    const d = knowing({ mean: 0.8, lower: 0.2, samples: 3 });
    expect(of(TIMEOUT, d)).toMatchObject({ decidedBy: 'rule:connection-timeout', confidence: 0.2, mean: 0.8 });
  });

  it('counts for nothing without an outcome', () => {
    const d = learntOf({ 'rule:connection-timeout retry_with_backoff': 0.42 }, 0);
    expect(of({ error: error('Connection timed out') }, d).confidence).toBe(0.85);
  });

  it('can let another candidate win', () => {
    const logs = [log('a', 'npm error network\nOut of memory')];
    expect(of({ logs }).cause).toBe('network');
    expect(of({ logs }, learntOf({ 'rule:npm-network retry_with_backoff': 0.1 })).cause).toBe('oom');
  });

  it('counts for the default too', () => {
    expect(of({}, learntOf({ 'default retry': 0.7 }))).toMatchObject({ confidence: 0.7, prior: 0.5 });
  });
});

describe('vetoes', () => {
  const network = log('deploy', 'npm error network');
  const failure = log('unit', '--- FAIL: TestTotal (0.00s)');

  it('a real failure in another job forbids to run everything again', () => {
    expect(of({ logs: [network, failure] })).toMatchObject({
      cause: 'network',
      vetoes: ['code-failure-in-run: job "unit" failed with test_failure'],
    });
  });

  it.each([
    ['one job', [network]],
    ['platform causes only', [network, log('e2e', 'OOMKilled')]],
    ['the code is the cause', [failure, log('lint', 'connection refused')]],
    [
      'a rollback, which reruns nothing',
      [log('watch', 'Metric "error-rate" assessed Failed'), log('lint', 'Uncaught exception')],
    ],
    ['a log without a known cause', [network, log('x', 'nothing known')]],
  ])('none: %s', (_name, logs) => {
    expect(of({ logs }).vetoes).toEqual([]);
  });
});

describe('fingerprint', () => {
  const on = (text: string) => of({ logs: [log('a', text)] }).fingerprint;

  it('is the same on another machine and day', () => {
    expect(on('2026-01-02T03:04:05Z dial tcp 10.0.0.1:443: i/o timeout')).toBe(
      on('x\ndial tcp 10.9.9.9:8443: i/o timeout'),
    );
  });

  it('tells failures under the same heading apart', () => {
    const failed = (file: string, last: string) =>
      `Traceback (most recent call last):\n  File "${file}", line 3\n${last}`;
    expect(on(failed('a.py', 'ValueError: bad price'))).toBe(on(failed('b.py', 'ValueError: bad price')));
    expect(on(failed('a.py', 'ValueError: bad price'))).not.toBe(on(failed('a.py', "KeyError: 'stock'")));
  });

  it('differs for another cause', () => {
    expect(on('Connection timed out')).not.toBe(on('OOMKilled'));
  });
});

describe('explainJson', () => {
  it('is exactly what others rely on', () => {
    const made = of({ logs: [log('', 'Connection timed out\nPermission denied (publickey).\nexit code 1')] });
    expect(JSON.parse(JSON.stringify(explainJson('a/b.log', made)))).toEqual({
      file: 'a/b.log',
      cause: 'auth_error',
      domain: 'platform',
      confidence: 0.93,
      transient: 0.05,
      action: { type: 'notify_human', parameters: { urgency: 'high' } },
      decidedBy: 'rule:git-auth',
      explanation: made.explanation,
      fingerprint: made.fingerprint,
      evidence: made.evidence.map(({ line, text }) => ({ line, text })),
      // That a retry helps gets what the refused key leaves.
      alternatives: [{ cause: 'network', confidence: 0.4775 }],
    });
  });
});

describe('a model', () => {
  const model = builtinModel();
  const d = { ...nothingLearnt, model };
  const unheard =
    'src/cart.frob:3:5: error: expected a wibble before the else\n1 error generated while compiling cart\n';

  it('speaks where no rule does, and says that it is the model', () => {
    expect(of({ logs: [log('a', unheard)] }).decidedBy).toBe('default');
    const made = of({ logs: [log('a', unheard)] }, d);
    expect(made.decidedBy).toBe(`model:${model.version}`);
    expect(made.explanation).toContain('no rule is sure');
  });

  it('only names alternatives where a rule is sure', () => {
    const made = of({ logs: [log('a', `npm error code ECONNRESET\n${unheard}`)] }, d);
    expect(made.decidedBy).toBe('rule:npm-network');
    expect(made.alternatives.length).toBeGreaterThan(0);
  });

  it.each([
    ['nothing that speaks of an error', 'all is well\nnothing of note\nexit code 1'],
    ['words it never saw', 'error: xylq zvorb kwanth plimf grotz\nfatal: vlumpix quorndle smerf'],
  ])('says nothing about a log with %s', (_name, text) => {
    expect(of({ logs: [log('a', text)] }, d)).toMatchObject({ cause: 'unknown', decidedBy: 'default' });
  });
});

describe('what stands in a green log too', () => {
  const noise = 'ERROR: dial tcp 10.0.0.7:443: connect: connection timed out';
  const green = [`starting\n${noise.replace('10.0.0.7', '10.0.0.9')}\ndone`];

  it('is not the cause', () => {
    const text = `starting\n${noise}\n--- FAIL: TestTotal (0.00s)\n`;
    expect(of({ logs: [log('a', `starting\n${noise}\n`)] }).cause).toBe('network');
    expect(of({ logs: [{ ...log('a', `starting\n${noise}\n`), green }] }).cause).toBe('unknown');
    expect(of({ logs: [{ ...log('a', text), green }] })).toMatchObject({ cause: 'test_failure', alternatives: [] });
  });
});

describe('a retry and a cause that people must mend in one job', () => {
  it('leaves the retry no more than the other leaves', () => {
    const made = of({ logs: [log('a', 'npm error network\n--- FAIL: TestTotal (0.00s)\n')] });
    const [other] = made.alternatives;
    expect([made.cause, other?.cause].sort()).toEqual(['network', 'test_failure']);
    expect(made.cause).toBe('test_failure');
    expect(other?.confidence).toBeLessThan(0.6);
  });
});

describe('whatever comes in', () => {
  const words = fc.constantFrom(
    'npm error network',
    'OOMKilled',
    '--- FAIL: T',
    'exit code 137',
    'token=abcdefgh',
    '\u001b[1m',
  );
  const text = fc.array(fc.oneof(words, fc.string()), { maxLength: 12 }).map((lines) => lines.join('\n'));
  const input = fc.record({
    logs: fc.array(fc.record({ job: fc.string(), text, firstLine: fc.integer({ min: 1, max: 9_999 }) }), {
      maxLength: 3,
    }),
    error: fc.record({ message: text, type: fc.string(), stack: text }),
    jobs: fc.constant([]),
    metrics: fc.dictionary(fc.constantFrom('memory', 'error_rate', '__proto__', 'x'), fc.double()),
    conclusion: fc.constantFrom<Conclusion>('failure', 'timed_out', 'cancelled', 'startup_failure'),
  });

  it('the answer is the same twice, within its bounds, and points at lines that are there', () => {
    fc.assert(
      fc.property(input, (given) => {
        const made = diagnose(given, nothingLearnt);
        expect(diagnose(given, nothingLearnt)).toEqual(made);
        expect(made.confidence).toBeGreaterThanOrEqual(0);
        expect(made.confidence).toBeLessThanOrEqual(0.99);
        expect(made.evidence.length).toBeLessThanOrEqual(30);
        expect(made.evidence.some((item) => item.text.includes('token=abcdefgh'))).toBe(false);
        expect(made.alternatives.map(({ cause }) => cause)).not.toContain(made.cause);
        expect(made.evidence.every(({ line }) => Number.isInteger(line) && line >= 1)).toBe(true);
        expect(made.explanation.endsWith('.')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
