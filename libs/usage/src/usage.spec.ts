import { parseData } from '@prunella/contracts';
import fc from 'fast-check';
import { advise, FEWEST } from './advise.ts';
import { EMPTY, observe, quantile } from './sketch.ts';
import { diffSizeOf, learn, NOTHING, type Observation, observationOf, type Usage } from './usage.ts';

const GIB = 1024 ** 3;

function ran(memoryBytes: number, more: Partial<Observation> = {}): Observation {
  return { memoryBytes, outOfMemory: false, diff: undefined, ...more };
}

function after(observations: readonly Observation[]): Usage {
  return observations.reduce((usage, one, n) => learn(usage, one, `e${n}`), NOTHING);
}

function times(n: number, one: Observation): Observation[] {
  return Array.from({ length: n }, () => one);
}

describe('the sketch', () => {
  const sizes = fc.array(fc.double({ min: 0.01, max: 1e14, noNaN: true }), { minLength: 1, maxLength: 200 });

  it('gives any quantile right to 5 %', () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, q) => {
        const found = quantile(values.reduce(observe, EMPTY), q) ?? 0;
        const exact = values.toSorted((a, b) => a - b)[Math.ceil(q * values.length - 1e-9) - 1] ?? 0;
        expect(Math.abs(found / exact - 1)).toBeLessThan(0.0501);
      }),
    );
  });

  it('stays small, and forgets what is long ago', () => {
    let sketch = EMPTY;
    for (let n = 0; n < 3_000; n++) sketch = observe(sketch, 1e3 * 1.01 ** (n % 2_000));
    expect(sketch.weight).toBeLessThanOrEqual(256);
    expect(Object.keys(sketch.buckets).length).toBeLessThan(500);
    for (let n = 0; n < 1_500; n++) sketch = observe(sketch, 7);
    expect(quantile(sketch, 0.99)).toBeCloseTo(7, 0);
  });
});

describe('an event', () => {
  const finished = (more: object) =>
    parseData('pipeline.finished', {
      ...{ pipelineId: 'ci', conclusion: 'success' },
      ...{ startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:01:40Z' },
      ...more,
    });

  it.each`
    what                    | event                                                                                            | observation
    ${'peak and CPU time'}  | ${{ resources: { memoryPeakBytes: 9, cpuSeconds: 150 }, diffLines: 60 }}                         | ${{ memoryBytes: 9, cores: 1.5, diff: 'medium', outOfMemory: false }}
    ${'a ratio of a limit'} | ${{ resources: { memoryLimitBytes: 100 }, metrics: { memory: 0.4 } }}                            | ${{ memoryBytes: 40, limitBytes: 100, outOfMemory: false }}
    ${'a kill'}             | ${{ conclusion: 'failure', resources: { memoryLimitBytes: 100 }, error: { type: 'OOMKilled' } }} | ${{ limitBytes: 100, outOfMemory: true }}
    ${'nothing'}            | ${{}}                                                                                            | ${undefined}
    ${'a ratio of nothing'} | ${{ metrics: { memory: 0.4 } }}                                                                  | ${undefined}
    ${'zero'}               | ${{ resources: { memoryPeakBytes: 0, cpuSeconds: 0 } }}                                          | ${undefined}
    ${'a failed run'}       | ${{ conclusion: 'failure', resources: { memoryPeakBytes: 9 } }}                                  | ${undefined}
  `('of $what says $observation', ({ event, observation }) => {
    expect(observationOf(finished(event))).toEqual(observation);
  });

  it('counts once', () => {
    const once = learn(NOTHING, ran(GIB), 'a');
    expect(learn(once, ran(GIB), 'a')).toBe(once);
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 20 }), (events) => {
        const usage = events.reduce((before, event) => learn(before, ran(GIB), event), NOTHING);
        expect(usage.series.all?.memory.weight ?? 0).toBe(new Set(events).size);
      }),
    );
  });
});

it.each`
  lines        | size
  ${undefined} | ${undefined}
  ${0}         | ${'small'}
  ${49}        | ${'small'}
  ${50}        | ${'medium'}
  ${500}       | ${'large'}
`('a change of $lines lines is $size', ({ lines, size }) => {
  expect(diffSizeOf(lines)).toBe(size);
});

describe('advice', () => {
  it('is none where too little is known', () => {
    expect(advise(undefined, undefined)).toMatchObject({ basis: 'none', samples: 0 });
    const few = after(times(FEWEST - 1, ran(GIB)));
    expect(advise(few, undefined)).toEqual({
      basis: 'none',
      samples: 4,
      reason: '4 measured runs are known, 5 are needed',
    });
  });

  it('is what nearly all runs got along with, and says what it rests on', () => {
    const advice = advise(
      after([...times(95, ran(GIB, { cores: 2 })), ...times(5, ran(3 * GIB, { cores: 3.9 }))]),
      'small',
    );
    if (advice.basis !== 'history') throw new Error(advice.reason);
    expect((advice.memory?.requestBytes ?? 0) / GIB).toBeCloseTo(1, 0);
    const limit = (advice.memory?.limitBytes ?? 0) / GIB;
    expect([limit > 3 * 1.2 * 0.95, limit < 3 * 1.2 * 1.05]).toEqual([true, true]);
    expect(advice.cpu?.requestCores).toBeCloseTo(2, 0);
    expect(advice.basedOn).toMatchObject({ samples: 100, diffSize: 'all', cores: { p50: expect.any(Number) } });
  });

  it('looks at changes of the same size where enough are known', () => {
    const usage = after([...times(5, ran(GIB, { diff: 'small' })), ...times(5, ran(8 * GIB, { diff: 'large' }))]);
    const limits = (['small', 'large', 'medium'] as const).map((size) => {
      const advice = advise(usage, size);
      return (
        advice.basis === 'history' && [advice.basedOn.diffSize, Math.round((advice.memory?.limitBytes ?? 0) / GIB)]
      );
    });
    expect(limits).toEqual([
      ['small', 1],
      ['large', 9],
      ['all', 9],
    ]);
  });

  it('is more than that at which it was killed, and is forgotten when it passes', () => {
    const kill: Observation = { limitBytes: 2 * GIB, outOfMemory: true, diff: undefined };
    const killed = [...times(9, ran(GIB)), kill];
    expect(advise(after(killed), undefined)).toMatchObject({ memory: { requestBytes: 3 * GIB, limitBytes: 3 * GIB } });
    const passed = advise(after([...killed, ran(2.2 * GIB)]), undefined);
    expect(passed.basis === 'history' && passed.memory?.requestBytes).toBeLessThan(3 * GIB);
    // A kill is not a small need: it counts as at least the limit.
    expect(advise(after(times(5, kill)), undefined)).toMatchObject({ memory: { limitBytes: 3 * GIB } });
  });

  it('is none where it needs more each time it gets more', () => {
    const kills = [1, 2, 4].map((gib): Observation => ({ limitBytes: gib * GIB, outOfMemory: true, diff: undefined }));
    const usage = after([...times(9, ran(GIB / 2)), ...kills]);
    expect(advise(usage, undefined)).toEqual({
      basis: 'growing',
      killedAtBytes: [GIB, 2 * GIB, 4 * GIB],
      reason: expect.stringContaining('at 1024 MiB, 2048 MiB, 4096 MiB in a row'),
    });
  });
});
