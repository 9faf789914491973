import { builtinPacks } from '@prunella/rules';
import fc from 'fast-check';
import { bytesOf } from '../target.ts';
import { text } from './text.ts';

/** Lines that mean something to a rule: its own examples. */
export const LINES: readonly string[] = builtinPacks()
  .flatMap(({ rules }) => rules)
  .flatMap(({ examples }) => examples.match)
  .map((example) => (typeof example === 'string' ? example : example.message))
  .filter((line) => line !== '');

/** What else stands in logs: marks of CI systems, colours, names that secrets follow. Nothing that is a secret. */
const PIECES = [
  ...[
    '2026-01-02T03:04:05.1234567Z ',
    '[2026-01-02T03:04:05.123Z] ',
    '\u001b[31m',
    '\u001b[0m',
    '\u001b]8;;x\u0007',
    '\u009b1m',
    '\u001b_bk;t=1\u0007',
  ],
  ...[
    '##[group]',
    '##[error]',
    '::error file=a::',
    '::endgroup::',
    'section_start:1:a\r\u001b[0K',
    'travis_fold:start:a\r',
    '[Pipeline] { (a)',
  ],
  ...[
    'password=',
    'Authorization: Bearer ',
    '--token ',
    'https://user:word@host/',
    '"secret": "',
    '\\"api_key\\": \\"',
    '-----BEGIN ',
    'PRIVATE KEY-----',
    '-----END ',
  ],
  ...[
    '10%\r',
    '\r\n',
    '\n',
    '\t',
    '\0',
    '\\n',
    '\\u003d',
    '%3D',
    'Process completed with exit code 137.',
    '✓ ',
    'ok 1 - ',
    '--- FAIL: TestA (0.00s)',
    'at a.b(C.java:1)',
  ],
];

/** Logs: lines that rules know, pieces that mean something, anything at all; bytes that are no UTF-8 now and then. */
export const logBytes: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...LINES).map((line) => bytesOf(`${line}\n`)) },
      { weight: 5, arbitrary: fc.constantFrom(...PIECES).map(bytesOf) },
      { weight: 2, arbitrary: text.map(bytesOf) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts));

/** Texts that are one piece again and again, so long: what backtracks shows there. */
export function repeatedPieces(most: number): Record<string, () => Uint8Array> {
  const pieces = [
    ...PIECES,
    'a',
    ' ',
    '/',
    '://',
    '@',
    '.',
    '-',
    '=',
    ':',
    '"',
    "'",
    '\\',
    '\ufffd',
    'eyJ.',
    'a=',
    'A_',
    'key: ',
    'x@',
    '{"a":"',
    '%',
    '&',
    '<',
    '\ud83e',
    'é',
    'GH',
    '0',
  ];
  return Object.fromEntries(
    [...new Set(pieces)].map((piece) => [
      `again and again: ${JSON.stringify(piece)}`,
      () => bytesOf(piece.repeat(Math.floor(most / Buffer.byteLength(piece)))),
    ]),
  );
}
