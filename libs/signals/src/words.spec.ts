import fc from 'fast-check';
import { finderOf } from './words.ts';

const WORDS = ['token', 'ken', 'SG.', '"auth\\"', 'a-b', 'abab'];

describe('finderOf', () => {
  it.each`
    text                  | found
    ${''}                 | ${false}
    ${'to'}               | ${false}
    ${'ken'}              | ${true}
    ${'xTOKENx'}          | ${true}
    ${'sg.'}              | ${true}
    ${'s\ng.'}            | ${false}
    ${'say "Auth\\" now'} | ${true}
    ${'"author"'}         | ${false}
    ${'to\u212aen'}       | ${false}
    ${'ababa'}            | ${true}
  `('in $text: $found', ({ text, found }: { text: string; found: boolean }) => {
    expect(finderOf(WORDS)(text)).toBe(found);
  });

  it('finds what a search for each word finds, whatever the words and the text', () => {
    const letters = fc.constantFrom('a', 'B', 'b', '-', '_', '"', '\u00e9', '\u212a', 'k');
    const word = fc
      .array(fc.constantFrom('a', 'B', 'b', '-', '_', '"', 'k'), { minLength: 3, maxLength: 6 })
      .map((all) => all.join(''));
    const text = fc.array(letters, { maxLength: 40 }).map((all) => all.join(''));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), text, (words, where) => {
        // Of the letters that are only alike in lower case none is meant.
        const lower = where.replaceAll('\u212a', '?').toLowerCase();
        expect(finderOf(words)(where.replaceAll('\u212a', '?'))).toBe(
          words.some((one) => lower.includes(one.toLowerCase())),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('says when there are more different ends than it can tell apart', () => {
    const words = Array.from({ length: 90 }, (_, n) => `ab${String.fromCharCode(33 + n)}`);
    expect(() => finderOf(words)).toThrow('different characters');
  });
});
