import { byCause, confusions, figuresOf, perProject, reliability, type Verdict } from './score.ts';

const verdict = (cause: string, said: string, rest: Partial<Verdict> = {}): Verdict => ({
  set: 'a',
  project: 'p',
  cause,
  acceptable: new Set([cause]),
  said,
  second: undefined,
  confidence: 0.95,
  decidedBy: 'rule:x',
  transient: undefined,
  reruns: false,
  evidenceHit: undefined,
  removed: 0.9,
  ...rest,
});

describe('figuresOf', () => {
  const verdicts = [
    verdict('network', 'network', { transient: true, reruns: true, evidenceHit: true }),
    verdict('network', 'unknown', { transient: true, confidence: 0.5, second: 'network', evidenceHit: false }),
    verdict('lint', 'lint', { transient: false, removed: 0.7, evidenceHit: true, project: 'q' }),
    verdict('lint', 'network', { transient: false, reruns: true, project: 'q' }),
    verdict('crash', 'test_failure', { acceptable: new Set(['crash', 'test_failure']) }),
  ];

  it('counts what is right, what was covered, and what stands second', () => {
    const { items, accuracy, top2, coverage } = figuresOf(verdicts);
    expect({ items, accuracy, top2, coverage }).toEqual({ items: 5, accuracy: 0.6, top2: 0.8, coverage: 0.8 });
  });

  it('takes the mean F1 of the causes that people named', () => {
    expect(byCause(verdicts)).toEqual([
      { cause: 'network', items: 2, precision: 0.5, recall: 0.5, f1: 0.5 },
      { cause: 'lint', items: 2, precision: 1, recall: 0.5, f1: 2 / 3 },
      { cause: 'crash', items: 1, precision: 1, recall: 1, f1: 1 },
    ]);
    expect(figuresOf(verdicts).macroF1).toBeCloseTo((0.5 + 2 / 3 + 1) / 3);
  });

  it('judges reruns by what people would do', () => {
    expect(figuresOf(verdicts).transient).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5, reruns: 2, wanted: 2 });
  });

  it('looks at evidence only where people marked some', () => {
    expect(figuresOf(verdicts).evidenceHit).toBeCloseTo(2 / 3);
    expect(figuresOf(verdicts).removed).toBeCloseTo((0.9 + 0.9 + 0.7) / 3);
  });

  it('compares what was claimed with what was right', () => {
    // Four claims at 0.95, three of them right; the abstention claims nothing.
    expect(figuresOf(verdicts).calibrationError).toBeCloseTo(0.2);
    expect(reliability(verdicts).map(({ from, items }) => [from, items])).toEqual([
      [0.5, 1],
      [0.9, 4],
    ]);
  });

  it('names what was taken for what, and lets every project count once', () => {
    expect(confusions(verdicts)).toEqual([
      { label: 'network', said: 'unknown', items: 1 },
      { label: 'lint', said: 'network', items: 1 },
    ]);
    expect(perProject(verdicts)).toBeCloseTo((2 / 3 + 1 / 2) / 2);
  });
});
