import { seededRandom } from '@prunella/core';
import { contest, type HistoryExample, headsOrMore } from './champion.ts';
import { examples, failureOf, PROVENANCE } from './examples.fixture.ts';
import { train } from './model.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-02-01T00:00:00.000Z');
const OPTIONS = { ...PROVENANCE, version: 'challenger', random: seededRandom(5) };

/** A failure a day; every third one is what the champion has never seen. */
function history(days: number): HistoryExample[] {
  const known = examples(Math.ceil(days / 3), 50);
  return Array.from({ length: days }, (_, at): HistoryExample => {
    const fresh = {
      failure: failureOf(`no space left on device while writing layer ${at}`),
      cause: 'disk_full' as const,
      group: `project ${at}`,
    };
    return { ...(at % 3 === 0 ? fresh : (known[(at * 7) % known.length] ?? fresh)), at: START + at * DAY };
  });
}

describe('contest', () => {
  const champion = train(examples(12), { ...PROVENANCE, random: seededRandom(1) });

  it('replaces a champion that is worse on later failures, by a model of all of the history', () => {
    const made = contest(champion, history(200), OPTIONS);
    expect(made).toMatchObject({ replaced: true, model: { version: 'challenger' }, figures: { heldOut: 60 } });
    expect(made.figures?.challenger).toBeGreaterThan(made.figures?.champion ?? 1);
    expect(made.reason).toMatch(/^better: /);
  });

  it('keeps a champion that is as good', () => {
    const better = train(history(200), { ...PROVENANCE, random: seededRandom(1) });
    const made = contest(better, history(200), OPTIONS);
    expect(made.replaced).toBe(false);
    expect(made.reason).toMatch(/^not better by 1\.0 %/);
  });

  it('keeps the champion when too few failures are later than it', () => {
    const young = { ...champion, createdAt: new Date(START + 190 * DAY).toISOString() };
    expect(contest(young, history(200), OPTIONS)).toEqual({
      replaced: false,
      reason: 'expected 50 failures later than the champion to judge on, found 10',
    });
  });

  it('keeps the champion when the history teaches too few causes', () => {
    const same = history(200).map((example) => ({ ...example, cause: 'network' as const }));
    expect(contest(champion, same, OPTIONS).reason).toMatch(/at least two causes, found 1 such/);
  });

  it('does not take chance for better', () => {
    const made = contest(champion, history(200), { ...OPTIONS, significance: 1e-12 });
    expect(made.replaced).toBe(false);
    expect(made.reason).toMatch(/^could be chance/);
  });
});

describe('headsOrMore', () => {
  it.each([
    [0, 0, 1],
    [0, 4, 1],
    [4, 4, 1 / 16],
    [3, 4, 5 / 16],
    [8, 10, 56 / 1024],
  ])('%i of %i: %d', (heads, tosses, chance) => {
    expect(headsOrMore(heads, tosses)).toBeCloseTo(chance, 10);
  });
});
