import { seededRandom } from '@prunella/core';
import fc from 'fast-check';
import { examples, failureOf, PROVENANCE } from './examples.fixture.ts';
import { judge, MODEL_KINDS, predict, train } from './model.ts';
import { encodeModel } from './model-file.ts';

const unseen = {
  network: failureOf('wget: unable to resolve host: Could not resolve host: files.example.com', 'exit code 4'),
  test_failure: failureOf('FAIL src/other.test.ts', 'AssertionError: expected 1 to equal 2'),
  compile_error: failureOf('lib/other.c:3:1: error: use of undeclared identifier baz'),
} as const;

describe.each(MODEL_KINDS)('a %s model', (kind) => {
  const model = train(examples(12), { ...PROVENANCE, kind, random: seededRandom(1) });

  it.each(Object.entries(unseen))('knows %s by its words', (cause, failure) => {
    expect(predict(model, failure)[0]?.cause).toBe(cause);
  });

  it('is the same for the same examples and chance', () => {
    const again = train(examples(12), { ...PROVENANCE, kind, random: seededRandom(1) });
    expect(Buffer.compare(encodeModel(again), encodeModel(model))).toBe(0);
  });

  it('gives probabilities that sum to 1, best first, whatever it reads', () => {
    const failure = fc.record(
      {
        lines: fc.array(fc.record({ text: fc.string({ unit: 'binary', maxLength: 400 }) }), { maxLength: 80 }),
        ranks: fc.array(fc.nat(1_000), { maxLength: 80 }),
        exitCode: fc.integer(),
        failedStep: fc.string(),
        metrics: fc.dictionary(fc.constantFrom('cpu', 'memory', 'latency_ms', 'other'), fc.double()),
      },
      { requiredKeys: ['lines', 'ranks', 'metrics'] },
    );
    fc.assert(
      fc.property(failure, (any) => {
        const { causes, transient, unknown } = judge(model, any);
        const probabilities = causes.map(({ probability }) => probability);
        expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
        expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
        expect(new Set(causes.map(({ cause }) => cause)).size).toBe(model.causes.length);
        for (const part of [transient, unknown]) expect(part >= 0 && part <= 1).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a model', () => {
  const model = train(examples(12), { ...PROVENANCE, random: seededRandom(1) });

  it('says how transient a failure is by what it may be', () => {
    expect(judge(model, unseen.network).transient).toBeGreaterThan(0.5);
    expect(judge(model, unseen.compile_error).transient).toBeLessThan(0.2);
  });

  it('says how much of a failure it has never read', () => {
    expect(judge(model, examples(1)[0]?.failure ?? failureOf()).unknown).toBe(0);
    expect(judge(model, failureOf('zwölf Boxkämpfer jagen Viktor quer')).unknown).toBeGreaterThan(0.6);
    expect(judge(model, failureOf()).unknown).toBe(1);
  });

  it('keeps what it knew when it learns more', () => {
    const oom = Array.from({ length: 6 }, (_, at) => ({
      failure: failureOf(`java.lang.OutOfMemoryError: Java heap space ${at}`),
      cause: 'oom' as const,
      group: `project ${at}`,
    }));
    const more = train(oom, { ...PROVENANCE, random: seededRandom(2), start: model });
    expect(predict(more, failureOf('OutOfMemoryError: Java heap space'))[0]?.cause).toBe('oom');
    expect(predict(more, unseen.test_failure)[0]?.cause).toBe('test_failure');
  });

  it('learns from measurements', () => {
    const measured = Array.from({ length: 40 }, (_, at) => ({
      failure: { ...failureOf('Killed'), metrics: { memory: at % 2 ? 0.99 : 0.2 } },
      cause: at % 2 ? ('oom' as const) : ('cancelled' as const),
      group: `project ${at}`,
    }));
    for (const kind of MODEL_KINDS) {
      const trained = train(measured, { ...PROVENANCE, kind, random: seededRandom(3) });
      expect(predict(trained, { ...failureOf('Killed'), metrics: { memory: 0.97 } })[0]?.cause).toBe('oom');
      expect(predict(trained, { ...failureOf('Killed'), metrics: { memory: 0.1 } })[0]?.cause).toBe('cancelled');
    }
  });

  it('needs two causes', () => {
    const one = examples(5).filter(({ cause }) => cause === 'network');
    expect(() => train(one, { ...PROVENANCE, random: seededRandom(1) })).toThrow(RangeError);
  });
});
