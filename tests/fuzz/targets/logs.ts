import { gzipSync } from 'node:zlib';
import { ConfigError } from '@prunella/core';
import { type DiagnosisDeps, diagnose, explainJson } from '@prunella/diagnosis';
import { tailOf } from '@prunella/http';
import { builtinModel } from '@prunella/model';
import { builtinPacks, compileRules, createScanner } from '@prunella/rules';
import { fingerprint, looksBinary, rank, redact, reduce, toLines } from '@prunella/signals';
import { isNamed, testNameIn } from '@prunella/test-history';
import fc from 'fast-check';
import { readLog } from '../../../services/cli/src/diagnose/read-log.ts';
import { unpacked } from '../../../services/diagnoser/src/green/packed.ts';
import { LINES, logBytes, repeatedPieces } from '../inputs/logs.ts';
import { bytesOf, holds, type Target, textOf } from '../target.ts';

/** What is read of a log of a platform. */
const MOST = 2 * 1024 ** 2;
const rules = compileRules(builtinPacks());
const scanner = createScanner(rules);
const deps: DiagnosisDeps = { rules, model: builtinModel(), learnt: () => undefined };
const seeds = [
  bytesOf(LINES.slice(0, 200).join('\n')),
  bytesOf(LINES.slice(200, 400).join('\r\n')),
  ...LINES.slice(400, 440).map(bytesOf),
];
const cwd = import.meta.dirname;

export const targets: readonly Target[] = [
  {
    name: 'logs/redact',
    reads: 'any text that is kept or sent: redaction',
    doors: ['texts:redact'],
    seeds: () => seeds,
    inputs: logBytes,
    bombs: repeatedPieces(MOST),
    read: (bytes) => ({ text: textOf(bytes), clean: redact(textOf(bytes)) }),
    errors: [],
    holds(value) {
      const { text, clean } = value as { text: string; clean: string };
      holds(clean.split('\n').length === text.split('\n').length, 'as many lines as before');
      holds(redact(clean) === clean, 'that to redact it twice changes nothing');
    },
  },
  {
    name: 'logs/scan',
    reads: 'logs of any size, as a stream in pieces',
    doors: ['decoder:libs/rules/src/scan/utf8-chunks.ts'],
    seeds: () => seeds,
    inputs: logBytes,
    bombs: {
      ...repeatedPieces(4 * MOST),
      utf16: () => Buffer.concat([Uint8Array.of(0xff, 0xfe), Buffer.alloc(4 * MOST, 'a')]),
    },
    read(bytes) {
      const scan = scanner.begin();
      // Pieces of all sizes, the same for the same bytes.
      for (let at = 0, size = 1; at < bytes.length; at += size) {
        size = Math.min(size * 3, 64 * 1024);
        scan.write(bytes.subarray(at, at + size));
      }
      return scan.end();
    },
    errors: [],
    holds(value, bytes) {
      holds((value as { totalBytes: number }).totalBytes === bytes.length, 'all bytes counted');
    },
  },
  {
    name: 'logs/diagnose',
    reads: 'the end of a log, up to its diagnosis',
    doors: ['texts:diagnose', 'decoder:libs/http/src/tail.ts'],
    seeds: () => seeds,
    inputs: logBytes,
    bombs: {
      ...repeatedPieces(MOST),
      'short lines': () => bytesOf('a\n'.repeat(MOST / 2)),
      'short errors': () => bytesOf('error: a\n'.repeat(MOST / 9)),
    },
    async read(bytes) {
      const { text, firstLine } = await tailOf(inPieces(bytes), MOST);
      const input = {
        logs: [{ job: 'build', text, firstLine }],
        jobs: [],
        metrics: {},
        conclusion: 'failure' as const,
      };
      return { told: explainJson('a.log', diagnose(input, deps)), tests: testsNamed(text) };
    },
    errors: [],
    holds(value) {
      const { told } = value as { told: { confidence: number } };
      holds(told.confidence >= 0 && told.confidence <= 1, 'a confidence from 0 to 1');
    },
  },
  {
    name: 'logs/lines',
    reads: 'logs line by line: cleaning, ranking, fingerprints',
    doors: ['texts:lines'],
    seeds: () => seeds,
    inputs: logBytes,
    bombs: repeatedPieces(MOST),
    read(bytes) {
      const text = textOf(bytes);
      const lines = toLines(text);
      return {
        lines,
        reduced: reduce(lines),
        ranked: rank(lines),
        print: fingerprint('unknown', [text]),
        isBinary: looksBinary(text),
      };
    },
    errors: [],
    holds(value) {
      holds(
        (value as { lines: { text: string }[] }).lines.every(({ text }) => text.length <= 2_000),
        'lines that are cut',
      );
    },
  },
  {
    name: 'logs/file',
    reads: 'files that prunella diagnose reads: text, UTF-16, gzip',
    doors: ['decoder:services/cli/src/diagnose/read-log.ts'],
    seeds: () => [
      ...seeds.slice(0, 4),
      ...seeds.slice(0, 4).map((log) => gzipSync(log)),
      Buffer.from(`\ufeff${textOf(seeds[2] ?? new Uint8Array())}`, 'utf16le'),
    ],
    inputs: fc.oneof(
      logBytes,
      logBytes.map((log) => gzipSync(log)),
      logBytes.map((log) => gzipSync(log).subarray(0, -5)),
    ),
    bombs: {
      // Unpacked as a stream, as long as it takes: what it may cost is told by what it is packed. Some 50 ms for each MiB, so that 64 of them are nearly a hang.
      'blanks in a small file': () => gzipSync(Buffer.alloc(32 * 1024 ** 2, ' ')),
      'lines in a small file': () => gzipSync(Buffer.alloc(32 * 1024 ** 2, 'error: a\n')),
    },
    read: (bytes) => readLog({ cwd, stdin: async () => Buffer.from(bytes) }, scanner, '-'),
    errors: [ConfigError],
  },
  {
    name: 'logs/kept',
    reads: 'logs that were kept gzipped',
    doors: ['decoder:services/diagnoser/src/green/packed.ts'],
    seeds: () => seeds.slice(0, 4).map((log) => gzipSync(log)),
    inputs: logBytes.map((log) => gzipSync(log)),
    bombs: { 'twice what is taken': () => gzipSync(Buffer.alloc(128 * 1024 ** 2, ' ')) },
    read: (bytes) => unpacked(bytes),
    errors: [],
  },
];

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}

function testsNamed(text: string): unknown[] {
  const names = text
    .split('\n', 50)
    .map((line) => testNameIn(line.slice(0, 2_000)))
    .filter((name) => name !== undefined);
  return names.map((name) => isNamed(text.slice(0, 2_000), { classname: 'a.B', name, file: '' }));
}
