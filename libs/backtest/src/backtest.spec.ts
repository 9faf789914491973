import { parsePolicy } from '@prunella/policy';
import fc from 'fast-check';
import { backtest } from './backtest.ts';
import type { CaseReport } from './judged.ts';
import type { PastEvent } from './past-event.ts';
import { MINUTE, START, Story } from './story.fixture.ts';

const ACT = 'version: 1\nmode: act\n';
const named = (yaml: string) => ({ name: 'new', policy: parsePolicy(yaml, 'new') });
const run = new Story('r');
const other = (name: string, about = {}) => new Story(name, { headSha: 'sha_r', ...about });

async function play(events: readonly PastEvent[], yaml = ACT, more: Partial<Parameters<typeof backtest>[1]> = {}) {
  const cases: CaseReport[] = [];
  const report = await backtest(events, { policy: named(yaml), onCase: (one) => cases.push(one), ...more });
  return { report, cases };
}

describe('what reruns of the same commit say', () => {
  it.each<[string, PastEvent[], string, string]>([
    ['nobody ran it again', [], 'unknown', 'acted-unknown'],
    ['the next attempt is green', run.finished(20, 2), 'passes', 'healed'],
    ['a later attempt is green', run.finished(60, 3), 'passes', 'healed'],
    ['the next attempt fails alike', run.failed(20, 2), 'fails', 'false-heal'],
    [
      'it fails because of the code',
      run.failed(20, 2, { cause: 'compile_error', fingerprint: 'fp_code' }),
      'defect',
      'false-heal',
    ],
    ['it fails in another way', run.failed(20, 2, { cause: 'oom', fingerprint: 'fp_oom' }), 'unknown', 'acted-unknown'],
    ['it is cancelled, then green', [...run.finished(20, 2, 'cancelled'), ...run.finished(30, 3)], 'passes', 'healed'],
    ['another run of the commit is green', other('o').finished(20, 1), 'passes', 'healed'],
    ['another run that had begun before', other('o').finished(1, 1), 'unknown', 'acted-unknown'],
    ['a run of another commit', new Story('o').finished(20, 1), 'unknown', 'acted-unknown'],
    ['a run of another pipeline', other('o', { pipelineId: 'deploy' }).finished(20, 1), 'unknown', 'acted-unknown'],
    ['green two days later', run.finished(2 * 24 * 60, 2), 'unknown', 'acted-unknown'],
    [
      'green after a test was skipped',
      [...run.executed(5, 1, 'skip_test'), ...run.finished(20, 2)],
      'unknown',
      'acted-unknown',
    ],
  ])('%s', async (_what, later, truth, result) => {
    const { cases } = await play([...run.failed(0), ...later]);
    expect(cases[0]).toMatchObject({ attempt: 1, truth: { kind: truth }, policy: { result, verdict: 'acting' } });
    expect(cases[0]?.policy.says).not.toBe('');
  });

  it('count, by cause and repository, with what it costs', async () => {
    const events = [...run.failed(0), ...run.finished(20, 2), ...new Story('n').failed(30)];
    const { report } = await play(events, `${ACT}costs: { prices: [{ perMinute: 0.5 }] }\n`);
    expect(report.policy.totals).toMatchObject({
      failures: 2,
      reruns: 2,
      minutes: 4,
      money: 2,
      precision: 1,
      missed: 0,
    });
    expect(report.policy.causes).toEqual([expect.objectContaining({ name: 'network', failures: 2 })]);
    expect(report.policy.repositories).toEqual([expect.objectContaining({ name: 'acme/shop', reruns: 2 })]);
    expect(report.truth).toEqual({ passes: 1, fails: 0, defect: 0, unknown: 1 });
    const watched = await play(events, 'version: 1\n');
    expect(watched.report.policy.totals).toMatchObject({ missed: 1, reruns: 0, precision: null });
  });
});

describe('the world goes on as it would have', () => {
  it('a failure that only Prunella begot is absent where the policy would not have acted', async () => {
    const events = [...run.failed(0), ...run.executed(1, 1), ...run.failed(20, 2), ...run.finished(40, 3)];
    const { cases, report } = await play(events, 'version: 1\nmode: recommend\n');
    expect(cases.map(({ policy }) => policy.result)).toEqual(['recommended', 'absent']);
    expect(report.policy.totals.failures).toBe(1);
    expect((await play(events)).cases.map(({ policy }) => policy.result)).toEqual(['false-heal', 'healed']);
  });

  it('it does not act once somebody has run it again', async () => {
    const waits = { action: { type: 'retry' as const, parameters: { firstDelay: '15m' } } };
    const { cases } = await play([...run.failed(0, 1, waits), ...run.finished(2, 2)]);
    expect(cases[0]?.policy).toMatchObject({ result: 'superseded', says: 'somebody else had run it again by then' });
  });

  it('what a breaker learns is what reruns prove, at the time they prove it', async () => {
    const failures = [0, 1, 2].flatMap((n) =>
      new Story(`f${n}`).failed(n * 30).concat(new Story(`f${n}`).failed(n * 30 + 10, 2)),
    );
    const { cases } = await play(failures, `${ACT}attempts: 1\nbreaker: { failures: 2, rest: 2h }\n`);
    const first = cases.filter(({ attempt }) => attempt === 1);
    expect(first.map(({ policy }) => policy.result)).toEqual(['false-heal', 'false-heal', 'recommended']);
    expect(first[2]?.policy.explanation).toContain('the breaker is open because 2 in a row did not help');
  });

  it('three in vain on one incident are a loop', async () => {
    const events = [1, 2, 3, 4].flatMap((attempt) => run.failed(attempt * 10, attempt));
    const { report, cases } = await play(events);
    expect(report.policy.totals).toMatchObject({ loops: 1, reruns: 3 });
    expect(cases.at(-1)?.policy).toMatchObject({
      result: 'handed-over',
      explanation: expect.stringContaining('tried 3 of 3'),
    });
  });

  it('what nobody here could do is not taken to be possible', async () => {
    const says = 'nothing here can rerun pipelines of platform github';
    const { cases, report } = await play([
      ...run.failed(0),
      ...run.executed(1, 1, 'retry', says),
      ...new Story('n').failed(20),
    ]);
    expect(cases.map(({ policy }) => policy.result)).toEqual(['recommended', 'recommended']);
    expect(cases[1]?.policy.explanation).toContain(says);
    expect(report.history.capabilityAssumed).toBe(0);
  });

  it('only failures in the range are judged, and what came before has been spent', async () => {
    const events = ['a', 'b'].flatMap((name, n) => new Story(name).failed(n * 60));
    const budget = 'budgets: [{ name: one, per: repository, within: 1d, actions: 1 }]\n';
    const { cases } = await play(events, `${ACT}${budget}`, { from: START + 30 * MINUTE });
    expect(cases).toHaveLength(1);
    expect(cases[0]?.policy.explanation).toContain('all 1 within 1d for acme/shop are spent');
  });
});

it('a failure without a diagnosis is diagnosed where somebody can, else left out and counted', async () => {
  const [failed] = run.failed(0) as [PastEvent];
  const [, made] = run.failed(0) as [PastEvent, PastEvent<'diagnosis.made'>];
  expect((await play([failed])).report.history).toMatchObject({ failures: 1, undiagnosed: 1, diagnosedNow: 0 });
  const { report, cases } = await play([failed], ACT, { diagnose: () => made.data });
  expect(report.history).toMatchObject({ undiagnosed: 0, diagnosedNow: 1 });
  expect(cases).toHaveLength(1);
});

it('an event that comes much too late is refused by its place', async () => {
  function* late(): Generator<PastEvent> {
    for (let n = 0; n < 10_050; n++) yield* new Story(`n${n}`).finished(n, 1);
    for (const event of run.finished(0, 1)) yield { ...event, place: 'history.ndjson:7' };
  }
  await expect(backtest(late(), { policy: named(ACT) })).rejects.toThrow(
    /^history\.ndjson:7: expected events in the order of time/,
  );
});

/** Pasts of a few runs at a few times, so that much happens at once. */
const past = fc
  .array(
    fc.record({
      run: fc.nat(4),
      at: fc.nat(6).map((n) => n * 10),
      attempt: fc.integer({ min: 1, max: 3 }),
      what: fc.constantFrom('failed', 'failed', 'finished', 'executed'),
      commit: fc.nat(2),
    }),
    { maxLength: 30 },
  )
  .map((steps) =>
    steps.flatMap(({ run: n, at, attempt, what, commit }) => {
      const story = new Story(`run${n}`, { headSha: `sha${commit}` });
      if (what === 'failed') return story.failed(at, attempt);
      return what === 'finished' ? story.finished(at, attempt) : story.executed(at, attempt);
    }),
  );
const policies = fc.constantFrom(
  ACT,
  'version: 1\n',
  `${ACT}holdOut: 0.5\nbreaker: { failures: 1, rest: 20m }\n`,
  `${ACT}storm: { pipelines: 2, within: 1h }\nbudgets: [{ name: few, per: everything, within: 1h, actions: 2 }]\n`,
);

describe('whatever the past', () => {
  it('the order in which events of one time are read changes nothing, nor does reading them twice', async () => {
    await fc.assert(
      fc.asyncProperty(past, fc.infiniteStream(fc.nat()), policies, async (events, dice, yaml) => {
        const shuffled = [...events, ...events]
          .map((event) => ({ event, dice: dice.next().value as number }))
          .sort((a, b) => a.event.at - b.event.at || a.dice - b.dice)
          .map(({ event }) => event);
        expect(await play(shuffled, yaml)).toEqual(await play(inTime(events), yaml));
      }),
      { numRuns: 60 },
    );
  });

  it('a policy differs in nothing from itself, and each failure has one result', async () => {
    await fc.assert(
      fc.asyncProperty(past, policies, async (events, yaml) => {
        const { report, cases } = await play(inTime(events), yaml, { against: named(yaml) });
        expect(report).toMatchObject({ changed: 0, changedCases: [] });
        expect(report.policy).toEqual(report.against);
        const { results } = report.policy.totals;
        expect(Object.values(results).reduce((sum, count) => sum + count, 0)).toBe(cases.length);
      }),
      { numRuns: 60 },
    );
  });
});

function inTime(events: readonly PastEvent[]): PastEvent[] {
  return [...events].sort((a, b) => a.at - b.at);
}
