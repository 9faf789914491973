import {
  type BacktestReport,
  type CaseReport,
  changeOf,
  difference,
  groups,
  inWords,
  MEASURES,
  type PolicyReport,
  type Result,
  saidDifferences,
  shownMeasures,
  type Tally,
} from './backtest.ts';

function tally(results: Partial<Record<Result, number>>, more: Partial<Tally> = {}): Tally {
  const none = { healed: 0, 'false-heal': 0, 'acted-unknown': 0, asked: 0, recommended: 0, observed: 0 };
  const all = { ...none, 'handed-over': 0, superseded: 0, withheld: 0, absent: 0, ...results };
  const failures = Object.values(all).reduce((sum, count) => sum + count, 0);
  const sums = { missed: 0, loops: 0, reruns: 0, minutes: 0, money: 0, precision: null };
  return { failures, results: all, ...sums, ...more };
}

function policy(totals: Tally, currency = 'EUR'): PolicyReport {
  return { name: 'policy', currency, totals, causes: [], repositories: [], actions: [] };
}

function report(now: Tally, before?: Tally, changed = 5, currency = 'EUR'): BacktestReport {
  return { policy: policy(now, currency), ...(before && { against: policy(before), changed }) } as BacktestReport;
}

it.each([
  [
    'more of everything',
    report(
      tally({ healed: 14, 'false-heal': 2 }, { minutes: 55, money: 1.5 }),
      tally({ healed: 2, 'false-heal': 1, recommended: 13 }, { minutes: 20 }),
    ),
    'The new policy would have healed 12 more failures and caused 1 more false heal, for 35 more minutes of CI and 1.50 EUR more.',
  ],
  [
    'less',
    report(tally({ healed: 1 }, { minutes: 2 }), tally({ healed: 2, 'false-heal': 2 }, { minutes: 5 })),
    'The new policy would have healed 1 fewer failure and caused 2 fewer false heals, for 3 fewer minutes of CI.',
  ],
  [
    'only less in vain, in another currency',
    report(tally({ healed: 2 }, { money: 9 }), tally({ healed: 2, 'false-heal': 1 }), 1, 'USD'),
    'The new policy would have healed no more failures and caused 1 fewer false heal.',
  ],
  [
    'nothing that counts',
    report(tally({ recommended: 3 }), tally({ asked: 3 }), 3),
    'The new policy would have decided otherwise about 3 failures, with as many heals and false heals as before.',
  ],
  [
    'nothing',
    report(tally({ healed: 3 }), tally({ healed: 3 }), 0),
    'The new policy would have done the same about all 3 failures.',
  ],
  ['no failures', report(tally({}), tally({}), 0), 'There were no failures in this time.'],
  [
    'one policy',
    report(tally({ healed: 3, 'false-heal': 1, recommended: 1 }, { minutes: 12, money: 0.5 })),
    'This policy would have healed 3 of 5 failures and acted in vain on 1, for 12 min of CI and 0.50 EUR.',
  ],
])('%s in words', (_what, found, says) => {
  expect(inWords(found)[0]).toBe(says);
});

it('says what nobody knows, and that it would have gone round in circles', () => {
  const [, known, loops] = inWords(
    report(tally({ healed: 2, 'acted-unknown': 3 }, { loops: 2 }), tally({ recommended: 5 }, { loops: 1 })),
  );
  expect(known).toBe(
    'Whether it would have helped is known of 2 of the 5 that it acted on; of 3 nobody knows, and they count as neither.',
  );
  expect(loops).toBe('It would have acted again and again in vain on 1 more incident.');
  expect(inWords(report(tally({ recommended: 1 })))).toHaveLength(1);
});

it.each([
  ['healed', 3, 1, '+2', 'green'],
  ['healed', 1, 3, '−2', 'red'],
  ['false', 3, 1, '+2', 'red'],
  ['minutes', 10, 75, '−1 h 5 min', 'green'],
  ['money', 1.25, 1, '+0.25 EUR', 'red'],
  ['precision', 0.5, 0.75, '−25 points', 'red'],
  ['handed', 2, 1, '+1', 'gray'],
] as const)('%s: %d after %d is %s, %s', (id, now, before, says, tone) => {
  const measure = MEASURES.find((each) => each.id === id);
  expect(measure && difference(measure, now, before, 'EUR')).toEqual({ says, tone });
  expect(measure && difference(measure, now, now, 'EUR')).toBeUndefined();
  expect(measure && difference(measure, null, before, 'EUR')).toBeUndefined();
});

it('leaves out numbers that are zero on both sides, unless they always matter', () => {
  const ids = shownMeasures([tally({ healed: 1 }), tally({ asked: 1 })]).map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['failures', 'acted', 'healed', 'false', 'unjudged', 'asked', 'loops']));
  expect(ids).not.toContain('observed');
  expect(ids).not.toContain('money');
  expect(new Set(MEASURES.map(({ id }) => id)).size).toBe(MEASURES.length);
});

it('a change is better or worse by what became of it', () => {
  const judged = (result: Result) => ({ result }) as CaseReport['policy'];
  const change = (before: Result, now: Result) =>
    changeOf({ policy: judged(now), against: judged(before) } as CaseReport);
  expect(change('recommended', 'healed')).toBe('better');
  expect(change('false-heal', 'recommended')).toBe('better');
  expect(change('recommended', 'false-heal')).toBe('worse');
  expect(change('healed', 'asked')).toBe('worse');
  expect(change('recommended', 'acted-unknown')).toBe('other');
});

it('puts the sums of the same name together', () => {
  const named = (name: string) => ({ name, ...tally({ healed: 1 }) });
  expect(
    groups([named('oom'), named('network')], [named('network')]).map(({ name, before }) => [
      name,
      before !== undefined,
    ]),
  ).toEqual([
    ['oom', false],
    ['network', true],
  ]);
});

it('tells what two policies say otherwise', () => {
  const section = (id: string, ...says: string[]) => ({
    id,
    title: id,
    sentences: says.map((each) => ({ says: each })),
  });
  expect(
    saidDifferences([section('a', 'x', 'y'), section('b', 'z')], [section('a', 'y', 'w'), section('b', 'z')]),
  ).toEqual([{ title: 'a', gone: ['x'], come: ['w'] }]);
});
