import fc from 'fast-check';

/** Texts that readers stumble over: numbers that are none, names of JavaScript, times out of range, halves of characters, escapes of terminals. */
const ODD = [
  ...['', ' ', '\0', '\n', '\r\n', '\t', '\ufeff', '\ufffd', '\ud800', '\udc00x', '\u202e', '\u2028', 'İ', 'ß', '🧺'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', 'undefined', 'true', 'NaN'],
  ...['-1', '0', '1e999', '0x10', '9007199254740993', '99999999999999999999999999', '-0', '1.5', '٣'],
  ...['2026-02-30T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '+275760-09-13T00:00:00.001Z'],
  ...['1h', '5s', '-5s', '1e9d', '../../etc/passwd', 'http://[::1', 'https://user:word@host/', 'javascript:alert(1)'],
  ...['\u001b[31m', '\u001b]8;;', '::error::', '##[group]', 'section_start:1:a', '%00', '%E0%A4%A', '$&', '{{x}}'],
];

/** A text of any kind: odd ones, words, graphemes, anything at all; sometimes a long one. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ODD) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...ODD, 'ab', '<', '(', '['), fc.nat(70_000)).map(repeated) },
);

/** Most repetitions are few: a long text costs more than it finds. */
function repeated([piece, length]: [string, number]): string {
  const times = Math.floor((length < 60_000 ? length % 300 : length) / Math.max(piece.length, 1));
  return piece.repeat(times);
}
