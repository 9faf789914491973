import pc from 'picocolors';
import { printable } from './printable.ts';

const colors = pc.createColors(true);

it.each`
  what                             | line                                                       | shown
  ${'text'}                        | ${'größe\t👩\u200d🚀 → 10 %\n'}                            | ${'größe\t👩\u200d🚀 → 10 %\n'}
  ${'our colours'}                 | ${colors.bold(colors.red('no')) + colors.dim('x')}         | ${colors.bold(colors.red('no')) + colors.dim('x')}
  ${'a screen that is cleared'}    | ${'a\u001b[2J\u001b[1;1Hb'}                                | ${'a\\u001b[2J\\u001b[1;1Hb'}
  ${'the title of the window'}     | ${'\u001b]0;mine\u0007'}                                   | ${'\\u001b]0;mine\\u0007'}
  ${'the clipboard'}               | ${'\u001b]52;c;cm0gLXJm\u001b\\'}                          | ${'\\u001b]52;c;cm0gLXJm\\u001b\\'}
  ${'a link that leads elsewhere'} | ${'\u001b]8;;https://evil.example\u0007x\u001b]8;;\u0007'} | ${'\\u001b]8;;https://evil.example\\u0007x\\u001b]8;;\\u0007'}
  ${'text that is hidden'}         | ${'\u001b[8mrm -rf\u001b[0m'}                              | ${'\\u001b[8mrm -rf\u001b[0m'}
  ${'the start of a line again'}   | ${'failed\rpassed'}                                        | ${'failed\\u000dpassed'}
  ${'a control in one character'}  | ${'\u009b2J\u0008\u007f'}                                  | ${'\\u009b2J\\u0008\\u007f'}
  ${'writing from right to left'}  | ${'main\u202egnp.exe\u2066'}                               | ${'main\\u202egnp.exe\\u2066'}
`('$what', ({ line, shown }) => {
  expect(printable(line)).toBe(shown);
});

it('leaves JSON the same', () => {
  const value = { name: 'a\u009b\u202e\u0000\u007f"\\', '\u2066': ['\n'] };
  expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
});
