/**
 * How long a backtest takes, and how much memory: `npm run bench:backtest -- --failures 100000`. The history is synthetic; what the policies make of it says
 * nothing about anything but the speed. The command that people use is what is measured, on a file of CloudEvents, with two policies.
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BacktestReport, PastEvent } from '@prunella/backtest';
import { eventType } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { syntheticHistory } from './history.ts';

const CLI = fileURLToPath(new URL('../../../services/cli/bin/prunella.mjs', import.meta.url));
const CAREFUL = 'version: 1\nmode: act\nthresholds: { cheap: 0.9 }\n';
const BOLD = `version: 1
mode: act
thresholds: { cheap: 0.5 }
costs: { prices: [{ perMinute: 0.008 }] }
budgets: [{ name: day, per: repository, within: 1d, actions: 50, minutes: 500 }]
`;

const { values } = parseArgs({ options: { failures: { type: 'string', default: '100000' } } });
const failures = Number(values.failures);
const folder = await mkdtemp(join(tmpdir(), 'prunella-bench-backtest-'));
try {
  const history = join(folder, 'history.ndjson');
  await writeHistory(history);
  await writeFile(join(folder, 'bold.yaml'), BOLD);
  await writeFile(join(folder, 'careful.yaml'), CAREFUL);
  const { size } = await stat(history);
  for (const against of [[], ['--against', 'careful.yaml']]) {
    const { seconds, cpuSeconds, peakMiB, report } = await measure([
      'history.ndjson',
      '--policy',
      'bold.yaml',
      ...against,
      '--json',
    ]);
    const { results } = report.policy.totals;
    process.stdout.write(
      `${failures} synthetic failures (${report.history.events} events, ${Math.round(size / 1024 ** 2)} MiB), ${against.length > 0 ? 'two policies' : 'one policy'}: ` +
        `${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of CPU), at most ${peakMiB} MiB resident; ${results.healed} healed, ${results['false-heal']} in vain, ${report.changed ?? 0} changed\n`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function writeHistory(file: string): Promise<void> {
  const stream = createWriteStream(file);
  for (const event of syntheticHistory(failures)) {
    if (!stream.write(lineOf(event))) await new Promise<void>((resume) => stream.once('drain', () => resume()));
  }
  await new Promise<void>((resume) => stream.end(() => resume()));
}

function lineOf({ subject, id, at, data }: PastEvent): string {
  return `${JSON.stringify({ specversion: '1.0', id, source: 'bench', type: eventType(subject), time: iso(at), data })}\n`;
}

interface Measured {
  seconds: number;
  /** User and system time of all its threads. */
  cpuSeconds: number;
  /** The most memory that it had resident. */
  peakMiB: number;
  report: BacktestReport;
}

async function measure(args: readonly string[]): Promise<Measured> {
  const started = performance.now();
  const child = spawn(process.execPath, [CLI, 'backtest', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let used = { cpuSeconds: 0, peakMiB: 0 };
  const watch = setInterval(async () => {
    used = (await usedBy(child.pid)) ?? used;
  }, 100);
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`expected exit code 0, found ${code}`);
  return { seconds: (performance.now() - started) / 1_000, ...used, report: JSON.parse(out) as BacktestReport };
}

/** What a process used so far; undefined where the system does not tell, or it has ended. */
async function usedBy(pid: number | undefined): Promise<{ cpuSeconds: number; peakMiB: number } | undefined> {
  const [status, stat] = await Promise.all(
    ['status', 'stat'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
  );
  const peak = /VmHWM:\s+(\d+) kB/.exec(status ?? '')?.[1];
  const [user, system] = (stat ?? '')
    .slice((stat ?? '').lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  if (peak === undefined || user === undefined) return undefined;
  // The kernel counts a hundred ticks a second.
  return { cpuSeconds: (Number(user) + Number(system)) / 100, peakMiB: Math.round(Number(peak) / 1024) };
}
