import { isExitMarker, type Line, looksBinary, toLines, withoutPrivateKeys } from '@prunella/signals';
import fc from 'fast-check';
import { builtinPacks } from '../builtin.ts';
import { parseRulePack } from '../parse-pack.ts';
import { applies, compileRules, type RuleSet } from '../rule-set.ts';
import { MAX_RAW_LINE } from './line-blocks.ts';
import type { ScannedLog } from './scanned-log.ts';
import { createScanner } from './scanner.ts';

const encoder = new TextEncoder();
const builtin = compileRules(builtinPacks());

function setOf(...patterns: string[]): RuleSet {
  const rules = patterns.map((pattern, index) => ({
    id: `rule-${index}`,
    cause: 'network',
    says: 'Something happened here.',
    match: { log: [pattern] },
    transient: 0.5,
    confidence: 0.5,
    action: { type: 'retry' },
    examples: { match: ['unused'] },
  }));
  return compileRules([parseRulePack('test', JSON.stringify({ rules }))]);
}

function scan(set: RuleSet, text: string | Uint8Array, cuts: readonly number[] = []): ScannedLog {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const log = createScanner(set).begin();
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    log.write(bytes.subarray(from, Math.max(from, cut)));
    from = Math.max(from, cut);
  }
  return log.end();
}

/** Every pattern on every cleaned line. */
function reference(set: RuleSet, bytes: Uint8Array): { lines: Line[]; hits: [string, number[]][] } {
  const text = new TextDecoder().decode(shortened(bytes));
  if (looksBinary(text)) return { lines: [], hits: [] };
  const lines = text === '' ? [] : toLines(withoutPrivateKeys(text));
  const matched = lines.map(({ text }) => matching(set, text));
  const hits = set.rules.map((rule): [string, number[]] => [
    rule.id,
    lines.filter((_, index) => matched[index]?.has(rule.id)).map(({ line }) => line),
  ]);
  return { lines, hits: hits.filter(([, found]) => found.length > 0) };
}

/** The rules with a pattern that matches. Kept for each text: the same lines come again in all the logs here, and to try all patterns on one takes a millisecond. */
function matching(set: RuleSet, text: string): ReadonlySet<string> {
  const known = matches.get(set) ?? new Map<string, ReadonlySet<string>>();
  matches.set(set, known);
  let found = known.get(text);
  if (found === undefined) {
    found = new Set(set.linePatterns.filter((entry) => applies(entry, text)).map(({ rule }) => rule.id));
    known.set(text, found);
  }
  return found;
}
const matches = new WeakMap<RuleSet, Map<string, ReadonlySet<string>>>();

/** Without the midst of lines that are longer than the scanner reads. */
function shortened(bytes: Uint8Array): Uint8Array {
  const parts: number[][] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from);
    const line = bytes.subarray(from, end === -1 ? undefined : end);
    const half = MAX_RAW_LINE / 2;
    parts.push(
      ...(line.length > MAX_RAW_LINE ? [[...line.subarray(0, half)], [...line.subarray(-half)]] : [[...line]]),
    );
    if (end !== -1) parts.push([0x0a]);
    from += line.length + 1;
  }
  return Uint8Array.from(parts.flat());
}

function linesOf({ hits }: ScannedLog): [string, number[]][] {
  return hits.map(({ rule, first, last }) => [rule.id, [...first, ...last].map(({ line }) => line)]);
}

function expectSame(set: RuleSet, bytes: Uint8Array, found: ScannedLog): void {
  const { lines, hits } = reference(set, bytes);
  expect(found.hits.map(({ rule, count }) => [rule.id, count])).toEqual(hits.map(([id, list]) => [id, list.length]));
  expect(linesOf(found)).toEqual(
    hits.map(([id, list]) => [id, list.length <= 20 ? list : [...list.slice(0, 10), ...list.slice(-10)]]),
  );
  expect(found.head).toEqual(lines.slice(0, 400));
  expect(found.tail).toEqual(lines.slice(-4_000));
  for (const line of found.around) expect(line).toEqual(lines[line.line - 1]);
  for (const { first, last } of found.hits)
    for (const line of [...first, ...last]) expect(line).toEqual(lines[line.line - 1]);
}

const examples = builtinPacks()
  .flatMap(({ rules }) => rules)
  .flatMap(({ examples: { match, no_match } }) => [...match, ...no_match])
  .flatMap((example) => (typeof example === 'string' ? example.split('\n') : [example.message]))
  .filter((text) => text !== '');

const KEY_LINE = 'MIIEpAIBAAKCAQEAxUt0p4b1r7b0y5uQ2m8n4v6c3x1z9l7k5j3h1g9f';
const noise = fc.constantFrom(
  'Downloading foo-1.2.3.jar',
  '',
  '   ',
  '-----BEGIN RSA PRIVATE KEY-----',
  '-----END RSA PRIVATE KEY-----',
  KEY_LINE,
  'abc=',
  '##[group]Run npm ci',
  '✓ connection reset by peer',
  'exit code: 3',
  '0%\r10%\r100%',
  '\u001b]0;title\u0007',
  '\u009b31mred',
  'x'.repeat(3_000),
);
const dirt = fc.constantFrom(
  '\u001b[31m',
  '\u001b[0K',
  '\u0000\u0008',
  '\r',
  '\ufeff',
  '\u001b[',
  '\u001b_bk;t=1\u0007',
  '\u00e9',
);
const before = fc.constantFrom('', '2026-01-02T03:04:05.1234567Z ', '03:04:05  ', '::error::', '\u001b[0m', '#12 1.5 ');
const spoilt = fc
  .tuple(fc.constantFrom(...examples), fc.array(fc.tuple(fc.nat(200), dirt), { maxLength: 2 }))
  .map(([text, dirts]) => dirts.reduce((line, [at, what]) => line.slice(0, at) + what + line.slice(at), text));
const line = fc.tuple(before, fc.oneof(spoilt, noise)).map((parts) => parts.join(''));
const lineEnd = fc.constantFrom('\n', '\n', '\r\n');
const log = fc
  .tuple(
    fc.array(fc.tuple(line, lineEnd), { maxLength: 40 }),
    fc.array(fc.tuple(fc.nat(5_000), fc.nat(255)), { maxLength: 3 }),
  )
  .map(([lines, broken]) => {
    const bytes = encoder.encode(lines.flat().join(''));
    for (const [at, byte] of broken) if (at < bytes.length) bytes[at] = byte;
    return bytes;
  });

describe('createScanner', () => {
  it('finds what every pattern on every line finds, in the same lines', () => {
    fc.assert(
      fc.property(log, (bytes) => expectSame(builtin, bytes, scan(builtin, bytes))),
      { numRuns: 150 },
    );
  });

  it('says the same however the log is cut into chunks', () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat(3_000), { maxLength: 8 }), (bytes, cuts) => {
        expect(
          scan(
            builtin,
            bytes,
            cuts.sort((a, b) => a - b),
          ),
        ).toEqual(scan(builtin, bytes));
      }),
      { numRuns: 100 },
    );
  });
});

describe('literals of every length', () => {
  const LITERALS = [
    'oom',
    'http',
    'epipe',
    'eacces',
    'refused',
    'not found',
    'quotas ended',
    'too many requests',
    '›ab',
  ];
  const set = setOf(...LITERALS, '(?i)^oom|^http: ', '^(?:a )?refused', '(?:b|c)ab.{0,9}(?:dd|ee)f');

  it('are found at every place', () => {
    const piece = fc.oneof(
      fc.constantFrom(...LITERALS, 'ABC', 'cab', 'ddf', 'OOM', 'oo', 'htt', 'é', '\u001b[1m', 'not ', 'refuse'),
      fc.string({ unit: fc.constantFrom('a', ' ', 'o', '\n', 'é', '›'), maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const bytes = encoder.encode(pieces.join(''));
        expectSame(set, bytes, scan(set, bytes));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('createScanner on logs of many blocks', () => {
  /** About 0.4 MB, so that lines, keys and hits lie across the borders of blocks. */
  const large = (seed: number): Uint8Array => {
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const lines: string[] = [];
    for (let size = 0; size < 400_000; size += (lines.at(-1) ?? '').length) {
      const kind = random(400);
      if (kind < 4) lines.push(examples[random(examples.length)] as string);
      else if (kind === 4)
        lines.push('-----BEGIN PRIVATE KEY-----', ...Array.from({ length: random(140) }, () => KEY_LINE));
      else if (kind === 5) lines.push('-----END PRIVATE KEY-----');
      else if (kind === 6) lines.push('y'.repeat(random(150_000)));
      else if (kind < 60) lines.push(`\u001b[32m${KEY_LINE}\u001b[0m\r`);
      else lines.push(`2026-01-02T03:04:05.1234567Z line ${random(1_000)} of the usual output of a build`);
    }
    return encoder.encode(lines.join('\n'));
  };

  it.each([1, 2, 3])('finds the same as the reference, however it is cut (%d)', (seed) => {
    const bytes = large(seed);
    const found = scan(builtin, bytes);
    expect(found.hits.length).toBeGreaterThan(5);
    expectSame(builtin, bytes, found);
    const cuts = Array.from({ length: 40 }, (_, index) => (index * 26_171) % bytes.length).sort((a, b) => a - b);
    expect(scan(builtin, bytes, cuts)).toEqual(found);
  });
});

describe('a scanned log', () => {
  it.each([
    ['', { totalLines: 0, totalBytes: 0, blank: true, binary: false }],
    ['\n \n\u001b[0m\r\n', { totalLines: 3, blank: true }],
    ['a\nb', { totalLines: 2, totalBytes: 3, blank: false }],
    ['a\nb\n', { totalLines: 2, totalBytes: 4 }],
    [
      '\u0000\u0001connection reset by peer\n',
      { totalLines: 1, binary: true, blank: false, hits: [], head: [], tail: [] },
    ],
  ])('%j', (text, expected) => {
    expect(scan(builtin, text)).toMatchObject(expected);
  });

  it('counts lines from the one that is said to be the first', () => {
    const reading = createScanner(setOf('boom')).begin({ firstLine: 100 });
    reading.write(encoder.encode('x\nboom\n'));
    expect(reading.end()).toMatchObject({ totalLines: 2, hits: [{ first: [{ line: 101, text: 'boom' }] }] });
  });

  it.each([
    ['little', (code: number) => [code & 0xff, code >> 8]],
    ['big', (code: number) => [code >> 8, code & 0xff]],
  ])('reads UTF-16, %s end first, byte by byte', (_, pair) => {
    const bytes = Uint8Array.from(Array.from('\ufeffx\nb\u00fc boom\n', (sign) => pair(sign.charCodeAt(0))).flat());
    const found = scan(setOf('boom'), bytes, Array.from(bytes.keys()));
    expect(found).toMatchObject({
      totalLines: 2,
      totalBytes: bytes.length,
      hits: [{ first: [{ line: 2, text: 'b\u00fc boom' }] }],
    });
  });

  it('keeps 3 lines before and 12 after the first hits, across blocks', () => {
    const filler = (count: number) => `${'some line of the build\n'.repeat(count)}`;
    const found = scan(setOf('boom'), `${filler(20_000)}boom\n${filler(30_000)}`);
    expect(found.around.map(({ line }) => line)).toEqual(Array.from({ length: 16 }, (_, index) => 19_998 + index));
    expect(found.tail).toHaveLength(4_000);
    expect(found.tail.at(-1)?.line).toBe(50_001);
  });

  it('knows the marks of CI systems', () => {
    const text = [
      '2026-01-02T03:04:05.1234567Z ##[group]Run npm ci',
      '##[endgroup]',
      '##[error]Process completed with exit code 2.',
      'section_end:1:prepare\r\u001b[0Ksection_start:2:build[collapsed=true]\r\u001b[0KBuild',
      'travis_fold:start:install\r\u001b[0K',
      '[Pipeline] { (Test)',
      '[Pipeline] // stage',
      'Step 3/7 : RUN make',
      '#12 [build 3/7] RUN npm ci',
      '::error file=a.ts,line=1::it is broken',
      'The command "make" exited with 7.',
      'exited with code 0',
    ].join('\n');
    expect(scan(setOf('boom'), text).markers).toEqual([
      { line: 1, kind: 'step', name: 'Run npm ci' },
      { line: 2, kind: 'step-end' },
      { line: 3, kind: 'error', name: 'Process completed with exit code 2.' },
      { line: 3, kind: 'exit', exitCode: 2 },
      { line: 4, kind: 'step-end', name: 'prepare' },
      { line: 4, kind: 'step', name: 'build' },
      { line: 5, kind: 'step', name: 'install' },
      { line: 6, kind: 'step', name: 'Test' },
      { line: 7, kind: 'step-end' },
      { line: 8, kind: 'step', name: '3/7 : RUN make' },
      { line: 9, kind: 'step', name: '[build 3/7] RUN npm ci' },
      { line: 10, kind: 'error', name: 'it is broken' },
      { line: 11, kind: 'exit', exitCode: 7 },
    ]);
  });

  it('of very many markers keeps the first and the last', () => {
    const { markers } = scan(setOf('boom'), '##[endgroup]\n'.repeat(10_000));
    expect(markers).toHaveLength(4_000);
    expect([markers[999]?.line, markers[1_000]?.line, markers.at(-1)?.line]).toEqual([1_000, 7_001, 10_000]);
  });

  it('tries a rule that very many lines look like no longer, but in the tail', () => {
    const found = scan(setOf('boomerang \\d'), `${'boomerang x\n'.repeat(60_000)}boomerang 1\nend\n`);
    expect(found.hits).toMatchObject([
      { capped: true, count: 1, first: [{ line: 60_001, text: 'boomerang 1' }], last: [] },
    ]);
    const all = scan(setOf('boomerang \\d'), 'boomerang 1\n'.repeat(60_000));
    expect(all.hits).toMatchObject([{ capped: true, count: 24_000 }]);
    expect(all.hits[0]?.last.map(({ line }) => line)).toEqual(Array.from({ length: 10 }, (_, index) => 59_991 + index));
  });

  it('reads the beginning and the end of a line of any length', () => {
    const found = scan(
      setOf('begin', 'end of it'),
      `begin ${'x'.repeat(5_000_000)}\rend of it\nbegin ${'\u001b[0m'.repeat(9_000)}`,
    );
    expect(linesOf(found)).toEqual([
      ['rule-0', [2]],
      ['rule-1', [1]],
    ]);
  });
});

describe('what tries to hang the scanner', () => {
  /** Milliseconds of processor time, which other programs on the machine do not change much. */
  const time = (set: RuleSet, text: string): number => {
    const bytes = encoder.encode(text);
    const start = process.cpuUsage();
    scan(set, bytes);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  };

  it.each([
    ['nested repetitions', '(a+)+$', 'a'.repeat(1_900)],
    ['alternatives that overlap', '(a|aa)+$', 'a'.repeat(1_900)],
    ['many anythings', '(.*a){20}$', 'a'.repeat(1_900)],
    ['counted repetitions', '(a?){60}a{60}$', 'a'.repeat(1_900)],
  ])('%s', (_, bomb, letters) => {
    // By trying all ways one line takes longer than the universe has; a test that takes a minute fails by itself.
    const found = scan(setOf(`boom${bomb}`), `boom${letters}!\n`.repeat(50));
    expect(found).toMatchObject({ hits: [], totalLines: 50 });
  });

  const MEGABYTE = 1_000_000;
  it.each([
    ['lines that look like a rule', 'boomerang x\n'],
    ['the shortest marks', 'exited\n'],
    ['keys that begin', '-----BEGIN PRIVATE KEY-----\n'],
    ['keys that go on', `${KEY_LINE}\n`],
    ['no line ends', 'boomerang '],
    ['control sequences that do not end', '\u001b[1;1;1'],
    ['one-byte control sequences that do not end', '\u009b]'],
    ['line ends', '\n'],
    ['states of a progress bar', '10%\r'],
  ])('costs no more for each megabyte when there are more: %s', (_, part) => {
    const set = setOf('boomerang \\d+$');
    const small = part.repeat(MEGABYTE / part.length);
    const large = part.repeat((8 * MEGABYTE) / part.length);
    time(set, small);
    // What grows with the square would take 64 times as long.
    expect(time(set, large)).toBeLessThan(30 * Math.max(20, time(set, small)));
  });
});

describe('marks of an exit', () => {
  it.each([
    'Process completed with exit code 1.',
    'ERROR: Job failed: exit code 1',
    'ERROR: Job failed: command terminated with exit code 137',
    'script returned exit code 2',
    'The command "npm test" exited with 1.',
    'npm ERR! Exit status 1',
    'The process exited with a non-zero status: 3',
    'returned a non-zero code: 100',
    "process exited with code '9'",
    'make[2]: *** [all] Error 2',
    'subprocess exit=4',
  ])('%s', (text) => {
    expect(isExitMarker({ line: 1, text })).toBe(true);
    expect(scan(setOf('boom'), text).markers.map(({ kind }) => kind)).toEqual(['exit']);
  });
});
