import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeLog } from './corpus.ts';
import type { CaseRequest, CaseResult } from './one-case.ts';
import { measureWorkers } from './workers.ts';

const MEGABYTE = 1_000_000;
const RULES = [300, 2_000] as const;
const FULL = { sizes: [1, 10, 100], baselineMs: 4_000 };
const QUICK = { sizes: [1, 10], baselineMs: 1_000 };
/** What the code is compiled by, and what the workers read. */
const USUAL_SIZE = 10;
const PARTS = 24;
const WORKER_ROUNDS = 3;
/** A small young generation, as `prunella` itself has: Node would else let it grow before it looks. */
const NODE_FLAGS = ['--max-semi-space-size=2'];

export interface ScanRow extends CaseResult {
  rules: number;
  megabytes: number;
}

export interface ScanFigures {
  rows: ScanRow[];
  /** MB per second by the clock. */
  workers: { one: number; two: number };
}

/** Measures scanning by sizes of logs and numbers of rules, each in a process of its own, and by one and two threads. */
export async function measureScan(logs: readonly Uint8Array[], { quick }: { quick: boolean }): Promise<ScanFigures> {
  const { sizes, baselineMs } = quick ? QUICK : FULL;
  compile();
  const folder = mkdtempSync(join(tmpdir(), 'prunella-bench-'));
  const fileOf = (megabytes: number): string => join(folder, `${megabytes}.log`);
  try {
    for (const size of sizes) writeLog(fileOf(size), logs, size * MEGABYTE);
    const warmUp = fileOf(USUAL_SIZE);
    const rows = RULES.flatMap((rules) =>
      sizes.map((megabytes): ScanRow => {
        const result = runCase({ file: fileOf(megabytes), warmUp, rules, forMs: 3_000, baselineMs });
        return { rules, megabytes, ...result };
      }),
    );
    const parts = Array.from({ length: PARTS }, () => fileOf(USUAL_SIZE));
    // The better of three each, in turn: other programs only take time away.
    const workers = { one: 0, two: 0 };
    for (let round = 0; round < WORKER_ROUNDS; round += 1) {
      const data = { rules: RULES[0], warmUp };
      workers.one = Math.max(workers.one, await measureWorkers(1, parts, data));
      workers.two = Math.max(workers.two, await measureWorkers(2, parts, data));
    }
    return { rows, workers };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The figures as text for a terminal. */
export function printScan({ rows, workers: { one, two } }: ScanFigures): string[] {
  return [
    'MB per second of processor time, one thread, warm, with all that is kept of a log; peak memory of the whole process',
    'rules  patterns      log      scan   memory   only finding the lines   every pattern on every line (JavaScript RegExp)',
    ...rows.map(lineOf),
    `workers, by the clock, ${PARTS} files of ${USUAL_SIZE} MB: one ${one.toFixed(0)} MB/s, two ${two.toFixed(0)} MB/s (${(two / one).toFixed(2)} times)`,
  ];
}

function lineOf({ rules, patterns, megabytes, mbPerSecond, peakRssMb, baseline, floorMbPerSecond }: ScanRow): string {
  return [
    String(rules).padStart(5),
    String(patterns).padStart(9),
    `${megabytes} MB`.padStart(8),
    `${mbPerSecond.toFixed(1)} MB/s`.padStart(11),
    `${peakRssMb.toFixed(0)} MB`.padStart(8),
    `${floorMbPerSecond.toFixed(0)} MB/s`.padStart(24),
    baseline === undefined
      ? ''
      : ` ${baseline.mbPerSecond.toFixed(3)} MB/s, measured on ${(baseline.sampleBytes / MEGABYTE).toFixed(2)} MB from all over the log; the scan is ${(mbPerSecond / baseline.mbPerSecond).toFixed(0)} times as fast`,
  ].join(' ');
}

const HERE = dirname(fileURLToPath(import.meta.url));
const COMPILED = join(HERE, 'dist');

/** As users run it: what Node needs to read TypeScript would count as memory of the scan. */
function compile(): void {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const sources = ['one-case.ts', 'scan-worker.ts'].map((file) => join(HERE, file));
  const options =
    '--ignoreConfig --module nodenext --target es2024 --rewriteRelativeImportExtensions --skipLibCheck --types node';
  execFileSync(process.execPath, [tsc, ...sources, '--outDir', COMPILED, ...options.split(' ')], { stdio: 'inherit' });
}

function runCase(request: CaseRequest): CaseResult {
  const script = join(COMPILED, 'one-case.js');
  const output = execFileSync(process.execPath, [...NODE_FLAGS, script, JSON.stringify(request)], { encoding: 'utf8' });
  return JSON.parse(output) as CaseResult;
}
