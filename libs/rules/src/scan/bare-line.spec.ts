import { cleanLine, MAX_LINE } from '@prunella/signals';
import fc from 'fast-check';
import { bareLine } from './bare-line.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What is left of a line as it stands in a block, with its line end; undefined: not sure. */
function bare(line: string): string | undefined {
  const bytes = encoder.encode(`before\n${line}\n`);
  const range = { from: 0, end: 0 };
  const from = 'before\n'.length;
  return bareLine(bytes, from, bytes.length, range) ? decoder.decode(bytes.subarray(range.from, range.end)) : undefined;
}

const STAMP = '2026-01-02T03:04:05.1234567Z';
const piece = fc.oneof(
  fc.constantFrom(
    `${STAMP} `,
    STAMP,
    '2026-01-02T03:04:05Z ',
    '2026-01-02 03:04:05 ',
    `[task ${STAMP}] `,
    `[taskcluster ${STAMP}] `,
    `[${STAMP}] `,
    '03:04:05 ',
    '03:04:05.678  ',
    '[03:04:05] ',
    '    INFO - ',
    'ERROR -  ',
    'FATAL - ',
    '[build:L12:3s] ',
    '#12 0.345 ',
    'section_start:1:build[collapsed=true]',
    'travis_fold:start:install',
    '##[error]',
    '::error file=a.ts::',
    '00O ',
    '01E+',
    '| node-1 | ',
    'job\tstep\t',
    '[Step 1/2] ',
    '\t',
    ' ',
    '  ',
    '\r',
    'é',
    'x'.repeat(MAX_LINE - 10),
    'y'.repeat(310),
  ),
  fc.string({ unit: fc.constantFrom(...'aZ09 :.-[]#|\t_'), maxLength: 8 }),
  fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[^\t\r -~]/g, '')),
);
const line = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));

test('where it is sure, it finds what cleaning leaves', () => {
  fc.assert(
    fc.property(line, (text) => {
      const found = bare(text);
      if (found !== undefined) expect(found).toBe(cleanLine(text));
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  ['nothing in front', 'npm ERR! code ETIMEDOUT', 'npm ERR! code ETIMEDOUT'],
  ['blanks at both ends', '   at main (a.js:1)  \t', '   at main (a.js:1)'],
  ['an empty line', '', ''],
  ["GitHub's stamp", `${STAMP} npm ERR! code ETIMEDOUT`, 'npm ERR! code ETIMEDOUT'],
  ["Taskcluster's stamp, a clock and a level", `[task ${STAMP}] 03:04:05     INFO -  TEST-START`, 'TEST-START'],
  ['a progress bar', ' 10%\r 20%\r100%\r', '100%'],
  ['a line that is cut', `${STAMP} ${'word '.repeat(500)}`, 'word '.repeat(400).trimEnd()],
  ['a bracket that is no mark', '[ERROR] BUILD FAILURE', '[ERROR] BUILD FAILURE'],
])('is sure of %s', (_, text, expected) => {
  expect(bare(text)).toBe(expected);
  expect(cleanLine(text)).toBe(expected);
});

test.each([
  ['a mark', '##[error]Process completed with exit code 1.'],
  ['what is no ASCII', 'naïve'],
  ['names with tabs before a stamp', `build\tRun tests\t${STAMP} ok`],
])('leaves %s to cleaning', (_, text) => {
  expect(bare(text)).toBeUndefined();
});
