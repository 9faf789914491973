import { yamlPieces } from './yaml.ts';

it.each([
  ['mode: act # as far as it may go', ['key mode', 'plain :', 'plain  act ', 'comment # as far as it may go']],
  ['  - name: reruns', ['plain   - ', 'key name', 'plain :', 'plain  reruns']],
  [
    '    by: ["slack:U1", \'#x\']',
    ['plain     ', 'key by', 'plain :', 'plain  [', 'text "slack:U1"', 'plain , ', "text '#x'", 'plain ]'],
  ],
  ['  - match: { branch: main }', ['plain   - ', 'key match', 'plain :', 'plain  { ', 'key branch', 'plain : main }']],
  ['# all of it', ['comment # all of it']],
  ['color: a#b', ['key color', 'plain :', 'plain  a#b']],
  ['https://x', ['plain https://x']],
  ['', []],
])('%s', (line, pieces) => {
  expect(yamlPieces(line).map(({ kind, text }) => `${kind} ${text}`)).toEqual(pieces);
  expect(
    yamlPieces(line)
      .map(({ text }) => text)
      .join(''),
  ).toBe(line);
});
