// Measures how fast rules are looked for in logs, and how much memory that takes:
//   npm run bench:scan -- [--data DIR] [--json] [--quick]
// DIR: a folder with logs, `.log` or `.txt`, gzipped or not, at any depth; they are put together, and repeated where they
// are too few. Without it the log is made up. What the machine does beside changes the figures by clock (workers) only.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { logsIn, writeLog } from './corpus.ts';
import type { CaseRequest, CaseResult } from './one-case.ts';
import { measureWorkers } from './workers.ts';

const MEGABYTE = 1_000_000;
const RULES = [300, 2_000] as const;
const PARTS = 24;
/** Small young generation: the scanner makes little garbage, and Node would else let it grow before it looks. */
const NODE_FLAGS = ['--max-semi-space-size=2'];

interface Row extends CaseResult {
  rules: number;
  megabytes: number;
}

const { values } = parseArgs({
  options: { data: { type: 'string' }, json: { type: 'boolean' }, quick: { type: 'boolean' } },
});
const sizes = values.quick ? [1, 10] : [1, 10, 100];
const folder = mkdtempSync(join(tmpdir(), 'prunella-bench-'));
try {
  await measure();
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const logs = logsIn(values.data);
  if (logs.length === 0) {
    process.stderr.write(`bench:scan: expected logs (.log, .txt, gzipped or not) in ${values.data}, found none\n`);
    process.exitCode = 2;
    return;
  }
  for (const size of sizes) writeLog(fileOf(size), logs, size * MEGABYTE);
  const rows = RULES.flatMap((rules) => sizes.map((size) => rowOf(rules, size)));
  const parts = Array.from({ length: PARTS }, () => fileOf(10));
  const threads = { rules: 300, warmUp: fileOf(10) };
  const one = await measureWorkers(1, parts, threads);
  const two = await measureWorkers(2, parts, threads);
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ data: values.data ?? 'made up', rows, workers: { one, two } }, null, 2)}\n`,
    );
    return;
  }
  for (const line of tableOf(rows)) process.stdout.write(`${line}\n`);
  process.stdout.write(
    `workers, by the clock, ${PARTS} files of 10 MB: one ${one.toFixed(0)} MB/s, two ${two.toFixed(0)} MB/s (${(two / one).toFixed(2)} times)\n`,
  );
}

function rowOf(rules: number, megabytes: number): Row {
  const request: CaseRequest = {
    file: fileOf(megabytes),
    warmUp: fileOf(sizes.includes(10) ? 10 : 1),
    rules,
    forMs: 3_000,
    baselineMs: values.quick ? 1_000 : 4_000,
  };
  const script = fileURLToPath(new URL('one-case.ts', import.meta.url));
  const output = execFileSync(process.execPath, [...NODE_FLAGS, script, JSON.stringify(request)], { encoding: 'utf8' });
  return { rules, megabytes, ...(JSON.parse(output) as CaseResult) };
}

function fileOf(megabytes: number): string {
  return join(folder, `${megabytes}.log`);
}

function tableOf(rows: readonly Row[]): string[] {
  return [
    'MB per second of processor time, one thread, warm, with all that is kept of a log; peak memory of the whole process',
    'rules  patterns      log      scan   memory   every pattern on every line (JavaScript RegExp)',
    ...rows.map(({ rules, patterns, megabytes, mbPerSecond, peakRssMb, baseline }) =>
      [
        String(rules).padStart(5),
        String(patterns).padStart(9),
        `${megabytes} MB`.padStart(8),
        `${mbPerSecond.toFixed(1)} MB/s`.padStart(11),
        `${peakRssMb.toFixed(0)} MB`.padStart(8),
        baseline === undefined
          ? ''
          : ` ${baseline.mbPerSecond.toFixed(3)} MB/s, measured on ${(baseline.sampleBytes / MEGABYTE).toFixed(2)} MB from all over the log; the scan is ${(mbPerSecond / baseline.mbPerSecond).toFixed(0)} times as fast`,
      ].join(' '),
    ),
  ];
}
