import { withoutColours } from './colours.ts';

const ESC = '\u001b';

it.each`
  what                              | text
  ${'a colour'}                     | ${`${ESC}[31m`}
  ${'a colour of eight bits'}       | ${'\u009b31m'}
  ${'a colour with parameters'}     | ${`${ESC}[38;5;196m`}
  ${'the end of a line cleared'}    | ${`${ESC}[K`}
  ${'the cursor put back'}          | ${`${ESC}8`}
  ${'the keypad'}                   | ${`${ESC}=`}
  ${'the keypad, the other way'}    | ${`${ESC}>`}
  ${'a character set'}              | ${`${ESC}(B`}
  ${'a colour in JSON'}             | ${'\\u001b[31m'}
  ${'a colour in JSON in JSON'}     | ${'\\\\u001b[31m'}
  ${'the cursor put back, in JSON'} | ${'\\u001b8'}
  ${'a colour as shells write it'}  | ${'\\033[0m'}
`('takes away $what, and nothing of the word behind it', ({ text }) => {
  expect(withoutColours(`before ${text}ghp_abc`)).toBe('before ghp_abc');
});

it('leaves a text without any as it is', () => {
  const text = String.raw`C:\users\ghp_abc`;
  expect(withoutColours(text)).toBe(text);
});
