import { quarantineChanges } from '@prunella/contracts';
import { iso } from '@prunella/core';
import fc from 'fast-check';
import { addition, changeOf, type Wish } from './change.ts';
import { type Entry, entryId, isInForce } from './entry.ts';
import { fold } from './fold.ts';
import { greensInARow, neededGreens } from './release.ts';

const NOW = Date.parse('2026-11-28T07:00:00Z');
const DAY = 86_400_000;

function wish(changes: Partial<Wish> = {}): Wish {
  return {
    test: 'test_total',
    repository: 'acme/shop',
    owner: '@acme/checkout',
    reason: 'It is flaky.',
    evidence: [{ line: 3, text: 'FAILED test_total', job: 'test' }],
    incidentIds: ['inc_1'],
    expiryMs: 14 * DAY,
    greens: 10,
    by: 'prunella',
    ...changes,
  };
}

function entry(changes: Partial<Entry> = {}): Entry {
  return { ...addition(wish(), undefined, NOW), eventId: 'e1', ...changes };
}

describe('fold', () => {
  const change = fc
    .record({
      test: fc.constantFrom('a', 'b', 'c'),
      change: fc.constantFrom(...quarantineChanges),
      at: fc.integer({ min: 0, max: 4 }),
      expiry: fc.integer({ min: 0, max: 5 }),
    })
    .map(({ test, change, at, expiry }) =>
      entry({
        test,
        entryId: entryId('acme/shop', test),
        change,
        at: iso(NOW + at),
        expiresAt: iso(NOW + expiry),
        eventId: `${test}/${change}/${at}/${expiry}`,
      }),
    );

  it('gives the same list in whatever order, how often and in how many pieces the changes come', () => {
    const input = fc
      .array(change, { maxLength: 12 })
      .chain((changes) =>
        fc.tuple(
          fc.constant(changes),
          fc.shuffledSubarray([...changes, ...changes], { minLength: 2 * changes.length }),
          fc.nat({ max: 2 * changes.length }),
        ),
      );
    fc.assert(
      fc.property(input, ([changes, again, cut]) => {
        const once = fold(new Map(), changes);
        const pieces = fold(fold(new Map(), again.slice(0, cut)), again.slice(cut));
        expect(new Map([...pieces].sort())).toEqual(new Map([...once].sort()));
        const list = (entries: Iterable<Entry>) => [...entries].filter((one) => isInForce(one, NOW + 2));
        expect(list(pieces.values()).length).toBe(list(once.values()).length);
      }),
    );
  });
});

describe('isInForce', () => {
  it.each`
    change        | expiresIn | inForce
    ${'added'}    | ${1}      | ${true}
    ${'extended'} | ${1}      | ${true}
    ${'added'}    | ${0}      | ${false}
    ${'removed'}  | ${1}      | ${false}
    ${'released'} | ${1}      | ${false}
    ${'expired'}  | ${1}      | ${false}
  `('$change, $expiresIn ms before its expiry: $inForce', ({ change, expiresIn, inForce }) => {
    expect(isInForce({ change, expiresAt: iso(NOW + expiresIn) }, NOW)).toBe(inForce);
  });
});

describe('addition', () => {
  it('adds what was never in, and what is out again', () => {
    const first = addition(wish(), undefined, NOW);
    expect(first).toMatchObject({ change: 'added', at: iso(NOW), expiresAt: iso(NOW + 14 * DAY) });
    const out = { ...changeOf(entry(), 'removed', { by: 'ada', reason: 'Mended.', at: NOW + 5 }), eventId: 'e2' };
    expect(out).toMatchObject({ change: 'removed', by: 'ada', owner: '@acme/checkout', incidentIds: ['inc_1'] });
    expect(addition(wish({ incidentIds: ['inc_2'] }), out, NOW + 9)).toMatchObject({
      change: 'added',
      incidentIds: ['inc_2'],
    });
  });

  it('extends what is in, and keeps what led to it', () => {
    const again = addition(wish({ owner: 'bob', evidence: [], incidentIds: ['inc_2'] }), entry(), NOW + DAY);
    expect(again).toMatchObject({ change: 'extended', owner: 'bob', incidentIds: ['inc_1', 'inc_2'] });
    expect(again.evidence).toHaveLength(1);
    expect(again.expiresAt).toBe(iso(NOW + 15 * DAY));
  });

  it('is later than what it changes, also where clocks differ', () => {
    const ahead = entry({ at: iso(NOW + 5_000) });
    const removed: Entry = { ...changeOf(ahead, 'removed', { by: 'ada', reason: 'x', at: NOW }), eventId: 'a' };
    expect(fold(new Map(), [removed, ahead]).get(ahead.entryId)?.change).toBe('removed');
  });
});

describe('greensInARow', () => {
  const parsed = (text: string) =>
    text
      .split(' ')
      .filter(Boolean)
      .map((word) => ({ run: word.slice(1), passed: word.startsWith('+') }));
  it.each`
    results          | greens
    ${''}            | ${0}
    ${'+1 +2 +3'}    | ${3}
    ${'+1 -2 +3 +4'} | ${2}
    ${'+1 +2 -3'}    | ${0}
    ${'+1 +1 +1'}    | ${1}
    ${'+1 +2 -2'}    | ${0}
    ${'-1 +1 +2'}    | ${1}
    ${'+1 +2 -1 +3'} | ${2}
  `('of "$results" is $greens', ({ results, greens }) => {
    expect(greensInARow(parsed(results))).toBe(greens);
  });

  it('does not change when runs are reported again', () => {
    const results = fc.array(fc.record({ run: fc.constantFrom('1', '2', '3', '4'), passed: fc.boolean() }));
    fc.assert(
      fc.property(results, fc.infiniteStream(fc.nat()), (once, picks) => {
        const again = once.length === 0 ? [] : [...picks.take(5)].map((pick) => once[pick % once.length]);
        const all = [...once, ...again.filter((one) => one !== undefined)];
        expect(greensInARow(all)).toBe(greensInARow(once));
      }),
    );
  });
});

it('takes the usual number where an entry names none', () => {
  expect(neededGreens({ greens: 0 })).toBe(10);
  expect(neededGreens({ greens: 3 })).toBe(3);
});
