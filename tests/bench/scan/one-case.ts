// One measurement in a process of its own, so that its memory is its own: one-case.ts '{"file":...,"rules":300,...}'.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createScanner } from '@prunella/rules';
import { baselineOf } from './baseline.ts';
import { countLines } from './count-lines.ts';
import { ruleSetOf, rulesOf } from './rules.ts';
import { scanFile } from './scan-file.ts';

export interface CaseRequest {
  file: string;
  /** Read before, so that the code is compiled. */
  warmUp: string;
  rules: number;
  /** For so many milliseconds the file is scanned again and again; at least twice. */
  forMs: number;
  /** For so many milliseconds the plain baseline reads parts of the file; 0: not at all. */
  baselineMs: number;
}

export interface CaseResult {
  bytes: number;
  patterns: number;
  /** The best run, by processor time; a million bytes are a megabyte. */
  mbPerSecond: number;
  /** Before anything of the baseline; the runtime and the compiled rules included. */
  peakRssMb: number;
  hits: number;
  capped: number;
  baseline?: { mbPerSecond: number; sampleBytes: number; skippedPatterns: number };
  /** MB per second of doing no more than reading the file and finding where its lines end: nothing that looks at lines can be faster. */
  floorMbPerSecond: number;
}

const request = JSON.parse(process.argv[2] ?? '') as CaseRequest;
const set = ruleSetOf(request.rules);
const scanner = createScanner(set);
for (let run = 0; run < 3; run += 1) scanFile(scanner, request.warmUp);
const bytes = statSync(request.file).size;
let log = scanFile(scanner, request.file);
const best = bestMs(request.forMs, () => {
  log = scanFile(scanner, request.file);
});
const result: CaseResult = {
  bytes,
  patterns: set.linePatterns.length,
  mbPerSecond: bytes / best / 1_000,
  peakRssMb: peakMemoryMb(),
  hits: log.hits.length,
  capped: log.hits.filter(({ capped }) => capped).length,
  floorMbPerSecond: bytes / bestMs(request.forMs / 10, () => void countLines(request.file)) / 1_000,
  ...(request.baselineMs > 0 && { baseline: measureBaseline() }),
};
process.stdout.write(JSON.stringify(result));

/** Processor time of the fastest of several runs. */
function bestMs(forMs: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (const begin = performance.now(); performance.now() - begin < forMs; ) {
    const start = cpuMs();
    run();
    least = Math.min(least, cpuMs() - start);
  }
  return least;
}

/** Processor time of the whole process, the garbage collector's included: other programs on the machine don't change it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The system's own `maxRSS` counts what the process that started this one had. */
function peakMemoryMb(): number {
  const kilobytes = existsSync('/proc/self/status')
    ? /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    : undefined;
  return Number(kilobytes ?? process.resourceUsage().maxRSS) / 1_024;
}

/** Takes stretches of lines from all over the file until the time is over. */
function measureBaseline(): CaseResult['baseline'] {
  const baseline = baselineOf(rulesOf(request.rules));
  const text = readFileSync(request.file, 'latin1');
  const stretches = Array.from({ length: 400 }, (_, index) => {
    const from = Math.floor((text.length / 400) * ((index * 171) % 400));
    return text.slice(text.indexOf('\n', from) + 1, from + 8_000).split('\n');
  });
  baseline.match(stretches[0] ?? []);
  let sampleBytes = 0;
  let spentMs = 0;
  for (let index = 1; index < stretches.length && spentMs < request.baselineMs; index += 1) {
    const lines = stretches[index] as string[];
    const start = cpuMs();
    baseline.match(lines);
    spentMs += cpuMs() - start;
    sampleBytes += lines.reduce((sum, line) => sum + line.length + 1, 0);
  }
  return { mbPerSecond: sampleBytes / spentMs / 1_000, sampleBytes, skippedPatterns: baseline.skipped };
}
