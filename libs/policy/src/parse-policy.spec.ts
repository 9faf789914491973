import fc from 'fast-check';
import { defaultPolicy, parsePolicy } from './parse-policy.ts';
import { policyJsonSchema } from './policy.ts';
import { PolicyError, type PolicyProblem } from './policy-error.ts';

const HOUR = 3_600_000;

function problemsOf(text: string): readonly PolicyProblem[] {
  try {
    parsePolicy(text);
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
  return [];
}

describe('parsePolicy', () => {
  it.each(['version: 1', '', '# nothing yet\n', '---\n'])('%j is the default policy', (text) => {
    expect(parsePolicy(text)).toEqual({
      version: 1,
      learning: {
        halfLife: 90 * 86_400_000,
        priorWeight: 10,
        credibility: 0.9,
        demoteAfter: 5,
        promoteAfter: 3,
        margin: 0.05,
      },
      anomalies: {
        enabled: true,
        match: [],
        ignore: [],
        samples: 10,
        ratio: 3,
        leastRatio: 1.5,
        sensitivity: 1e-4,
        leastMore: 30_000,
        steps: { enabled: true, leastMore: 15_000 },
        tests: { enabled: true, leastMore: 5_000 },
        mainBranches: ['main', 'master', 'trunk'],
      },
      thresholds: { free: 0, cheap: 0.6, reversible: 0.8 },
      attempts: 3,
      cooldown: 0,
      approveWithin: 4 * HOUR,
      budgets: [
        {
          name: 'usual',
          match: {
            platform: ['github', 'gitlab', 'jenkins', 'kubernetes', 'argo', 'alertmanager', 'prometheus', 'generic'],
          },
          per: 'repository',
          within: 24 * HOUR,
          actions: 100,
        },
      ],
      costs: { currency: 'USD', usual: HOUR / 6, prices: [] },
      alternatives: [],
      approvals: [],
      breaker: { failures: 5, rest: HOUR / 2, reset: 'time' },
      storm: { pipelines: 10, within: HOUR / 6, atATime: 10 },
      backfill: {
        enabled: true,
        every: HOUR / 12,
        lookBack: HOUR / 4,
        grace: HOUR / 30,
        timeout: 20_000,
        repositories: [],
      },
      scale: { memory: '8Gi', cpu: '4', times: 2 },
      timeouts: { deadline: 3_600_000, times: 2 },
      quarantine: { expiry: 14 * 24 * HOUR, most: 20, greens: 10, owners: [] },
      freezes: [],
      protect: [],
      watches: [],
      checks: [],
      metrics: {
        error_rate: expect.stringContaining('http_requests_total'),
        memory: expect.stringContaining('container_memory'),
        cpu: expect.stringContaining('container_cpu'),
        latency_ms: expect.stringContaining('duration_seconds'),
      },
      incidents: { joinWithin: HOUR },
      dependencies: [],
      holdOut: 0,
      settleWithin: 6 * HOUR,
      pipelines: [],
      kubernetes: {
        watch: true,
        namespaces: [],
        selector: '',
        restarts: 3,
        unschedulableFor: HOUR / 12,
        calmFor: HOUR / 30,
        environments: {},
      },
      reports: expect.objectContaining({ byHand: [] }),
      review: { comment: true },
      tests: { artifacts: expect.arrayContaining(['*junit*']) },
      notify: { on: ['requested', 'handed_over', 'failed', 'quarantine_expired'] },
      owners: [],
    });
    expect(parsePolicy(text)).toEqual(defaultPolicy);
  });

  it('reads every field', () => {
    expect(
      parsePolicy(`
version: 1
mode: approve
thresholds: { free: 0.1, cheap: 0.5, reversible: 1 }
attempts: 5
cooldown: 10m
approveWithin: 1h
budgets:
  - { name: reruns, match: { cause: network }, per: cause, within: 2h, actions: 7, minutes: 90, money: 4.5 }
costs: { currency: EUR, usual: 30m, prices: [{ match: { platform: github }, perMinute: 0.008 }] }
alternatives:
  - { match: { cause: network }, pipeline: mirror.yml, ref: main, inputs: { region: eu }, after: 2 }
breaker: { failures: 2, rest: 1h, reset: human }
storm: { pipelines: 4, within: 1h, atATime: 2 }
scale: { memory: 2Gi, cpu: 500m, times: 1 }
timeouts: { deadline: 20m, times: 1 }
freezes:
  - { name: launch, match: { branch: main }, from: "2026-12-20T00:00:00Z", to: "2027-01-02T00:00:00Z" }
  - { name: nights, weekly: { from: "fri 16:00", to: "mon 08:00", zone: Europe/Berlin } }
protect:
  - { match: { environment: production }, mode: approve }
holdOut: 0.05
settleWithin: 90m
pipelines:
  - match: { platform: playground, branch: [main, release/*], action: retry }
    mode: act
    thresholds: { cheap: 0 }
    attempts: 1
    cooldown: 0s
    approveWithin: 2d
approvals:
  - { match: { action: rollback }, by: [ada, "slack:U1"], quorum: 2 }
quarantine: { expiry: 7d, most: 5, greens: 3, owners: [{ match: { repository: acme/* }, owner: ada }] }
kubernetes: { namespaces: [shop], selector: team=shop, restarts: 5, unschedulableFor: 1h, calmFor: 30m, environments: { shop: production } }
notify: { on: [executed, rejected] }
review: { comment: false }
tests: { artifacts: ["reports-*"] }
anomalies: { ratio: 4 }
learning: { halfLife: 30d, priorWeight: 20, credibility: 0.95, demoteAfter: 8, promoteAfter: 4, margin: 0.1 }
backfill: { every: 1m, lookBack: 1h, grace: 10m, timeout: 5s, repositories: [{ platform: jenkins, repository: shop/main }] }
`),
    ).toEqual({
      version: 1,
      learning: {
        halfLife: 30 * 86_400_000,
        priorWeight: 20,
        credibility: 0.95,
        demoteAfter: 8,
        promoteAfter: 4,
        margin: 0.1,
      },
      owners: [],
      anomalies: {
        enabled: true,
        match: [],
        ignore: [],
        samples: 10,
        ratio: 4,
        leastRatio: 1.5,
        sensitivity: 1e-4,
        leastMore: 30_000,
        steps: { enabled: true, leastMore: 15_000 },
        tests: { enabled: true, leastMore: 5_000 },
        mainBranches: ['main', 'master', 'trunk'],
      },
      mode: 'approve',
      quarantine: {
        expiry: 7 * 24 * HOUR,
        most: 5,
        greens: 3,
        owners: [{ match: { repository: 'acme/*' }, owner: 'ada' }],
      },
      thresholds: { free: 0.1, cheap: 0.5, reversible: 1 },
      attempts: 5,
      cooldown: HOUR / 6,
      approveWithin: HOUR,
      budgets: [
        {
          name: 'reruns',
          match: { cause: 'network' },
          per: 'cause',
          within: 2 * HOUR,
          actions: 7,
          minutes: 90,
          money: 4.5,
        },
      ],
      costs: { currency: 'EUR', usual: HOUR / 2, prices: [{ match: { platform: 'github' }, perMinute: 0.008 }] },
      approvals: [{ match: { action: 'rollback' }, by: ['ada', 'slack:U1'], quorum: 2 }],
      alternatives: [
        {
          match: { cause: 'network' },
          platform: '',
          repository: '',
          pipeline: 'mirror.yml',
          ref: 'main',
          inputs: { region: 'eu' },
          after: 2,
        },
      ],
      breaker: { failures: 2, rest: HOUR, reset: 'human' },
      storm: { pipelines: 4, within: HOUR, atATime: 2 },
      backfill: {
        enabled: true,
        every: HOUR / 60,
        lookBack: HOUR,
        grace: HOUR / 6,
        timeout: 5_000,
        repositories: [{ platform: 'jenkins', repository: 'shop/main' }],
      },
      scale: { memory: '2Gi', cpu: '500m', times: 1 },
      timeouts: { deadline: HOUR / 3, times: 1 },
      freezes: [
        { name: 'launch', match: { branch: 'main' }, from: '2026-12-20T00:00:00Z', to: '2027-01-02T00:00:00Z' },
        { name: 'nights', weekly: { from: 'fri 16:00', to: 'mon 08:00', zone: 'Europe/Berlin' } },
      ],
      protect: [{ match: { environment: 'production' }, mode: 'approve' }],
      watches: [],
      checks: [],
      metrics: {
        error_rate: expect.stringContaining('http_requests_total'),
        memory: expect.stringContaining('container_memory'),
        cpu: expect.stringContaining('container_cpu'),
        latency_ms: expect.stringContaining('duration_seconds'),
      },
      incidents: { joinWithin: HOUR },
      dependencies: [],
      holdOut: 0.05,
      settleWithin: 1.5 * HOUR,
      pipelines: [
        {
          match: { platform: 'playground', branch: ['main', 'release/*'], action: 'retry' },
          mode: 'act',
          thresholds: { cheap: 0 },
          attempts: 1,
          cooldown: 0,
          approveWithin: 48 * HOUR,
        },
      ],
      kubernetes: {
        watch: true,
        namespaces: ['shop'],
        selector: 'team=shop',
        restarts: 5,
        unschedulableFor: HOUR,
        calmFor: HOUR / 2,
        environments: { shop: 'production' },
      },
      notify: { on: ['executed', 'rejected'] },
      reports: expect.objectContaining({ byHand: [] }),
      review: { comment: false },
      tests: { artifacts: ['reports-*'] },
    });
  });

  it.each([
    ['mode: act', 1, 'version', undefined],
    ['version: 2', 1, 'version', undefined],
    ['version: 1\n\nmoode: act', 3, 'moode', 'mode'],
    ['version: 1\nbudgets: {}', 2, 'budgets', undefined],
    ['version: 1\nbudgets:\n  - { name: a, actions: 1 }\n  - { name: a, actions: 2 }', 2, 'budgets', undefined],
    ['version: 1\nbudgets:\n  - { name: a, actions: 1, within: 32d }', 3, 'budgets[0].within', undefined],
    ['version: 1\nholdOut: 0.6', 2, 'holdOut', undefined],
    ['version: 1\nscale:\n  memory: 8GB', 3, 'scale.memory', undefined],
    ['version: 1\ntimeouts:\n  deadline: 5h', 3, 'timeouts.deadline', undefined],
    ['version: 1\ntimeouts:\n  deadlin: 1h', 3, 'timeouts.deadlin', 'deadline'],
    ['version: 1\nmode: recomend', 2, 'mode', 'recommend'],
    ['version: 1\nmode: 3', 2, 'mode', undefined],
    ['version: 1\nkubernetes:\n  namespace: [shop]', 3, 'kubernetes.namespace', 'namespaces'],
    ['version: 1\nkubernetes:\n  calmFor: 0s', 3, 'kubernetes.calmFor', undefined],
    ['version: 1\nbackfill:\n  every: 2h', 3, 'backfill.every', undefined],
    ['version: 1\nbackfill:\n  grace: 20m', 3, 'backfill.grace', undefined],
    ['version: 1\nbackfill:\n  lookback: 1h', 3, 'backfill.lookback', 'lookBack'],
    [
      'version: 1\nbackfill:\n  repositories:\n    - { platform: bitbucket, repository: a/b }',
      4,
      'backfill.repositories[0].platform',
      undefined,
    ],
    ['version: 1\nthresholds:\n  cheap: 0.5\n  reversibel: 0.9', 4, 'thresholds.reversibel', 'reversible'],
    ['version: 1\nthresholds:\n  cheap: 60', 3, 'thresholds.cheap', undefined],
    ['version: 1\nattempts: 0', 2, 'attempts', undefined],
    ['version: 1\nattempts: 1.5', 2, 'attempts', undefined],
    ['version: 1\nsettleWithin: 6', 2, 'settleWithin', undefined],
    ['version: 1\nsettleWithin: 6 hours', 2, 'settleWithin', undefined],
    ['version: 1\nsettleWithin: 31d', 2, 'settleWithin', undefined],
    ['version: 1\npipelines:\n  - mode: act', 3, 'pipelines[0].match', undefined],
    ['version: 1\npipelines:\n  - match: {}\n    mode: act', 3, 'pipelines[0].match', undefined],
    [
      'version: 1\npipelines:\n  - match: { branch: main }\n  - match:\n      brunch: main',
      5,
      'pipelines[1].match.brunch',
      'branch',
    ],
    ['version: 1\npipelines:\n  - match:\n      branch: 7', 4, 'pipelines[0].match.branch', undefined],
    ['version: 1\nnotify:\n  on:\n    - failed\n    - handedover', 5, 'notify.on[1]', 'handed_over'],
    ['version: 1\nnotify: { on: [observed] }', 2, 'notify.on[0]', undefined],
    ['- version: 1', 1, '', undefined],
    ['just text', 1, '', undefined],
    ['version: 1\nmode: act\nmode: observe', 3, '', undefined],
    ['version: 1\nmode: [act', 2, '', undefined],
    ['version: 1\nnotify: &n { on: [] }\npipelines: [*n]', 3, '', undefined],
  ])('%j: line %d, %s', (text, line, path, nearest) => {
    const [problem, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ line, path, says: expect.stringMatching(/./) });
    expect(problem?.nearest).toBe(nearest);
  });

  it('tells every problem, in the order of the file, with the name of the file', () => {
    expect(() => parsePolicy('version: 1\nattempts: 99\nmodes: act\nmode: acts', '/etc/prunella.yaml')).toThrow(
      /^\/etc\/prunella\.yaml:2: attempts: expected at most 20, found number 99\n.*:3: modes: unknown key, expected one of version, mode, .*; did you mean mode\?\n.*:4: mode: expected observe or recommend or approve or act, found string "acts"; did you mean act\?$/,
    );
  });

  it.each`
    what                 | text
    ${'unknown keys'}    | ${Array.from({ length: 5_000 }, (_, at) => `k${at}: 1`).join('\n')}
    ${'wrong values'}    | ${`version: 1\npipelines:\n${'  - 5\n'.repeat(5_000)}`}
    ${'broken brackets'} | ${']\n'.repeat(5_000)}
  `('tells a hundred problems of a text with thousands: $what', ({ text }) => {
    expect(problemsOf(text).length).toBeLessThanOrEqual(100);
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });

  it('throws nothing but PolicyError, whatever it is given', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .dictionary(
          fc.constantFrom('version', 'mode', 'pipelines', 'thresholds', 'notify', '__proto__'),
          fc.jsonValue(),
        )
        .map((value) => JSON.stringify({ version: 1, ...value })),
    );
    fc.assert(
      fc.property(texts, (text) => {
        for (const { line, says } of problemsOf(text)) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(says).not.toBe('');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('policyJsonSchema', () => {
  it('describes what may be written, not what it becomes', () => {
    expect(policyJsonSchema()).toMatchObject({
      title: 'prunella.yaml',
      type: 'object',
      additionalProperties: false,
      required: ['version'],
      properties: {
        attempts: { type: 'integer', default: 3, minimum: 1, maximum: 20 },
        settleWithin: { type: 'string', default: '6h' },
        mode: { enum: ['observe', 'recommend', 'approve', 'act'] },
      },
    });
  });
});
