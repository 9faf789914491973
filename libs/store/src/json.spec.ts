import fc from 'fast-check';
import { storable, storableText } from './json.ts';

describe('storable', () => {
  it.each([
    ['NUL \0 end', 'NUL \ufffd end'],
    ['half a pair \ud83d end', 'half a pair \ufffd end'],
    ['the other half \ude00', 'the other half \ufffd'],
    ['a whole pair \u{1f600}', 'a whole pair \u{1f600}'],
    ['the text \\u0000 itself', 'the text \\u0000 itself'],
    ['a backslash \\\0', 'a backslash \\\ufffd'],
    ['escape \u001b[31m', 'escape \u001b[31m'],
  ])('%j becomes %j, as a value and as a key', (text, expected) => {
    expect(JSON.parse(storable({ [text]: text }))).toEqual({ [expected]: expected });
    expect(storableText(text)).toBe(expected);
  });

  it('changes nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('\\u0000'));
        expect(storable(value)).toBe(text);
      }),
    );
  });
});
