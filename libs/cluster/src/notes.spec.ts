import fc from 'fast-check';
import { badRevisions, badRevisionsNote, changeNote, notedChange } from './notes.ts';

it('remembers the last ten revisions that were bad, and each once', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...'abcdefghijklmnop'), { minLength: 1 }), (hashes) => {
      const notes = hashes.reduce((before, bad) => badRevisionsNote(before, { bad }), {} as Record<string, string>);
      const noted = badRevisions(notes);
      expect(noted.length).toBeLessThanOrEqual(10);
      expect(new Set(noted).size).toBe(noted.length);
      expect(noted.at(-1)).toBe(hashes.at(-1));
    }),
  );
});

it('forgets one that turned out to be the better one', () => {
  const notes = badRevisionsNote(badRevisionsNote({}, { bad: 'a' }), { bad: 'b', good: 'a' });
  expect(badRevisions(notes)).toEqual(['b']);
});

it('reads its own note, and nothing that somebody else wrote there', () => {
  const change = { key: 'inc_1.1', at: 1, revision: 2, available: 3, from: 'a', to: 'b' };
  expect(notedChange(changeNote(change))).toEqual(change);
  expect(notedChange({})).toBeUndefined();
  expect(notedChange({ 'prunella.dev/change': 'x' })).toBeUndefined();
  expect(notedChange({ 'prunella.dev/change': '{"key":1}' })).toBeUndefined();
});
