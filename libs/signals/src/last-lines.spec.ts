import fc from 'fast-check';
import { lastLines } from './last-lines.ts';
import { toLines } from './lines.ts';

it.each`
  text            | most | expected
  ${''}           | ${1} | ${{ text: '', cut: 0 }}
  ${'\n'}         | ${1} | ${{ text: '\n', cut: 0 }}
  ${'\n\n'}       | ${1} | ${{ text: '\n', cut: 1 }}
  ${'a\nb\nc'}    | ${2} | ${{ text: 'b\nc', cut: 1 }}
  ${'a\nb\nc\n'}  | ${2} | ${{ text: 'b\nc\n', cut: 1 }}
  ${'a\nb\nc'}    | ${3} | ${{ text: 'a\nb\nc', cut: 0 }}
  ${'\na\n\n\nb'} | ${3} | ${{ text: '\n\nb', cut: 2 }}
`('the last $most lines of $text', ({ text, most, expected }) => {
  expect(lastLines(text, most)).toEqual(expected);
});

it('keeps the numbers of lines', () => {
  const text = fc.array(fc.constantFrom('', 'a', 'bc'), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 8 }), (whole, most) => {
      const end = lastLines(whole, most);
      expect(toLines(end.text, { firstLine: end.cut + 1 })).toEqual(toLines(whole).slice(-most));
    }),
  );
});
