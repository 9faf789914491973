import fc from 'fast-check';
import { dropJoined, EMPTY_LIST, foldIncident, type LiveList, mergePages, release } from './fold.ts';
import type { Incident } from './incident.ts';
import { buildIncident } from './testing.ts';

const at = (minute: number) => `2026-11-23T12:${String(minute).padStart(2, '0')}:00Z`;
const row = (id: string, opened: number, over: Partial<Incident> = {}) =>
  buildIncident({ id, openedAt: at(opened), updatedAt: at(opened), ...over });
const ids = ({ shown, waiting }: LiveList) => ({
  shown: shown.map(({ id }) => id),
  waiting: waiting.map(({ id }) => id),
});
const list = (...shown: Incident[]): LiveList => ({ shown, waiting: [] });

describe('foldIncident', () => {
  it('puts a new one at its place by the time it was opened', () => {
    const folded = foldIncident(list(row('c', 3), row('a', 1)), row('b', 2), {}, false);
    expect(ids(folded)).toEqual({ shown: ['c', 'b', 'a'], waiting: [] });
  });

  it('lets a new one wait while the list is held, and shows it when released', () => {
    const held = foldIncident(list(row('a', 1)), row('b', 2), {}, true);
    expect(ids(held)).toEqual({ shown: ['a'], waiting: ['b'] });
    expect(ids(release(held))).toEqual({ shown: ['b', 'a'], waiting: [] });
  });

  it('changes a shown row in its place, held or not', () => {
    const changed = row('a', 1, { state: 'closed', outcome: 'healed', updatedAt: at(9) });
    for (const held of [true, false]) {
      const folded = foldIncident(list(row('b', 2), row('a', 1)), changed, {}, held);
      expect(ids(folded).shown).toEqual(['b', 'a']);
      expect(folded.shown[1]?.outcome).toBe('healed');
    }
  });

  it('ignores what is older than what is known', () => {
    const known = row('a', 1, { state: 'closed', updatedAt: at(9) });
    expect(foldIncident(list(known), row('a', 1, { updatedAt: at(5) }), {}, false).shown[0]?.state).toBe('closed');
  });

  it.each([
    [false, []],
    [true, ['a']],
  ])('held %s: a row that no longer matches leaves %j', (held, shown) => {
    const moved = row('a', 1, { state: 'verifying', updatedAt: at(2) });
    const before = list(row('a', 1, { state: 'scheduled' }));
    expect(ids(foldIncident(before, moved, { state: 'scheduled' }, held)).shown).toEqual(shown);
  });

  it('forgets a waiting one that no longer matches', () => {
    const before = foldIncident(EMPTY_LIST, row('a', 1), { state: 'detected' }, true);
    const moved = row('a', 1, { state: 'closed', updatedAt: at(2) });
    expect(ids(foldIncident(before, moved, { state: 'detected' }, true))).toEqual({ shown: [], waiting: [] });
  });

  it('is the same for any order and repetition of the events', () => {
    const events = [1, 2, 3, 4].flatMap((opened) =>
      [0, 1, 2].map((change) => row(`r${opened}`, opened, { updatedAt: at(opened + change), attempt: change + 1 })),
    );
    const inOrder = events.reduce((before, event) => foldIncident(before, event, {}, false), EMPTY_LIST);
    const shuffled = fc.shuffledSubarray([...events, ...events], { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(shuffled, (any) => {
        expect(any.reduce((before, event) => foldIncident(before, event, {}, false), EMPTY_LIST)).toEqual(inOrder);
      }),
    );
  });
});

describe('mergePages', () => {
  it('keeps the later version of each and what is newer than the answer', () => {
    const live = row('a', 1, { state: 'closed', updatedAt: at(9) });
    const merged = mergePages(list(row('c', 5), live), [row('b', 2), row('a', 1)], false);
    expect(ids(merged)).toEqual({ shown: ['c', 'b', 'a'], waiting: [] });
    expect(merged.shown[2]?.state).toBe('closed');
  });

  it('drops what the answer no longer has', () => {
    expect(ids(mergePages(list(row('b', 2), row('a', 1)), [row('b', 2)], false)).shown).toEqual(['b']);
  });

  it('while held, what would appear above waits', () => {
    const merged = mergePages(list(row('b', 2)), [row('c', 3), row('b', 2), row('a', 1)], true);
    expect(ids(merged)).toEqual({ shown: ['b', 'a'], waiting: ['c'] });
  });

  it('shows the first answer even while held', () => {
    expect(ids(mergePages(EMPTY_LIST, [row('a', 1)], true)).shown).toEqual(['a']);
  });
});

describe('dropJoined', () => {
  it('takes it out wherever it is', () => {
    const both: LiveList = { shown: [row('b', 2), row('a', 1)], waiting: [row('c', 3)] };
    expect(ids(dropJoined(both, 'a'))).toEqual({ shown: ['b'], waiting: ['c'] });
    expect(ids(dropJoined(both, 'c'))).toEqual({ shown: ['b', 'a'], waiting: [] });
    expect(dropJoined(both, 'z')).toBe(both);
  });
});
