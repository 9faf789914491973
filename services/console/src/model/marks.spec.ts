import { withVisibleMarks } from './marks.ts';

it.each([
  ['release/\u202egnp.exe', 'release/⟨U+202E⟩gnp.exe'],
  ['\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
  ['ein Größenwert, 数, שלום, سلام', 'ein Größenwert, 数, שלום, سلام'],
  ['', ''],
])('%j is shown as %j', (text, shown) => {
  expect(withVisibleMarks(text)).toBe(shown);
});
