import { type DiagnosedFailure, exampleOf } from './history.ts';

const FAILURE: DiagnosedFailure = {
  at: 1_000,
  repository: 'octo/shop',
  cause: 'network',
  decidedBy: 'rule:connection-timeout',
  prior: 0.9,
  action: 'retry_with_backoff',
  outcome: 'healed',
  evidence: [
    { line: 9, text: 'Connection timed out', job: 'build' },
    { line: 4, text: 'curl: (28)', job: 'build' },
  ],
  metrics: { cpu: 0.4 },
};

describe('exampleOf', () => {
  it('takes the lines in their order, and knows which tell most', () => {
    expect(exampleOf(FAILURE)).toEqual({
      at: 1_000,
      failure: {
        lines: [{ text: 'curl: (28)' }, { text: 'Connection timed out' }],
        ranks: [1, 0],
        metrics: { cpu: 0.4 },
      },
      ...{ cause: 'network', group: 'octo/shop', weight: 1, transient: 1 },
    });
  });

  it.each<[string, Partial<DiagnosedFailure>, { weight: number; transient?: number } | undefined]>([
    ['a rerun that healed', {}, { weight: 1, transient: 1 }],
    ['what a model said and a rerun healed', { decidedBy: 'model:7', prior: 0.5 }, { weight: 1, transient: 1 }],
    ['more memory that healed', { action: 'scale_resources', cause: 'oom' }, { weight: 1 }],
    ['what a sure rule said', { outcome: null, action: null }, { weight: 0.5 }],
    ['what the metrics said', { outcome: null, decidedBy: 'metrics:memory' }, { weight: 0.5 }],
    ['a rule of which nothing was proven', { outcome: 'inconclusive' }, { weight: 0.5 }],
    ['a rerun that failed again', { outcome: 'ineffective' }, { weight: 0.5, transient: 0 }],
    ['a rerun that healed and came back', { outcome: 'ineffective', reversed: true }, { weight: 0.5 }],
    ['what became well by itself', { outcome: null, recovered: true }, { weight: 0.5, transient: 1 }],
    ['what did not', { outcome: null, recovered: false }, { weight: 0.5 }],
    ['what an unsure rule said', { outcome: null, prior: 0.79 }, undefined],
    ['what only a model said', { outcome: null, decidedBy: 'model:7' }, undefined],
    ['more memory that did not help', { outcome: 'ineffective', action: 'scale_resources' }, undefined],
    ['harm', { outcome: 'harmful' }, undefined],
    ['an unknown cause', { cause: 'unknown' }, undefined],
    ['no evidence', { evidence: [] }, undefined],
  ])('%s', (_name, about, expected) => {
    const example = exampleOf({ ...FAILURE, ...about });
    expect(example && { weight: example.weight, transient: example.transient }).toEqual(
      expected && { transient: undefined, ...expected },
    );
  });

  it('takes the lines of several jobs job by job', () => {
    const evidence = [
      { line: 5, text: 'b5', job: 'b' },
      { line: 7, text: 'a7', job: 'a' },
      { line: 6, text: 'a6', job: 'a' },
    ];
    const { lines, ranks } = exampleOf({ ...FAILURE, evidence })?.failure ?? {};
    expect(lines?.map(({ text }) => text)).toEqual(['a6', 'a7', 'b5']);
    expect(ranks).toEqual([2, 1, 0]);
  });
});
