import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from './attempt.ts';
import { Mark } from './mark.ts';
import type { Found, Plan, Result, Told } from './plan.ts';
import { usageOf } from './usage.ts';

export interface Report {
  results: { target: string; result: Result }[];
  found: Found[];
}

/** What one input may cost, whatever it is: processor time, so that a busy machine is no fault. */
const CPU_MS = 4_000;
const CPU_MS_PER_KIB = 0.5;
/** Nobody waits for so long, even without computing. */
const WALL_MS = 120_000;
const HEAP_MB = 512;
/** With buffers, code and what the garbage collector has not given back. */
const MOST_BYTES = 1_400 * 1024 ** 2;
const LOOK_MS = 50;
const LAST_WORDS = 4_000;

/** Tries the targets of these names in a process; where that one hangs, eats memory or dies, the rest in another one. */
export async function supervise(
  names: readonly string[],
  plan: Omit<Plan, 'names' | 'markFile'>,
  said: (target: string, result: Result) => void,
): Promise<Report> {
  const report: Report = { results: [], found: [] };
  for (let left = [...names]; left.length > 0; ) {
    const done = new Set<string>();
    const broken = await inProcess({ ...plan, names: left }, (told) => {
      if (told.kind === 'fault') report.found.push(told.found);
      if (told.kind !== 'done') return;
      done.add(told.target);
      report.results.push(told);
      said(told.target, told.result);
    });
    if (broken !== undefined) report.found.push(broken);
    left = left.filter((name) => !done.has(name) && name !== broken?.target);
  }
  return report;
}

/** undefined: all was tried. */
async function inProcess(plan: Omit<Plan, 'markFile'>, hear: (told: Told) => void): Promise<Found | undefined> {
  const markFile = join(tmpdir(), `prunella-fuzz-${process.pid}-${performance.now()}`);
  const child = fork(new URL('./child.ts', import.meta.url), {
    execArgv: [
      '--import',
      new URL('./built.ts', import.meta.url).href,
      `--max-old-space-size=${HEAP_MB}`,
      '--expose-gc',
    ],
    // What the code under test logs is no answer.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const mark = new Mark(markFile, 'reads');
  let target = plan.names[0] ?? '';
  let lastWords = '';
  child.stderr?.on('data', (text: Buffer) => {
    lastWords = `${lastWords}${text}`.slice(0, LAST_WORDS);
  });
  child.on('message', (told: Told) => {
    if (told.kind === 'begun') target = told.target;
    hear(told);
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.send({ ...plan, markFile });
  const watch = watchOver(child, mark);
  try {
    const fault = await Promise.race([watch.broken, endOf(child, () => lastWords)]);
    return fault && { target, fault, base64: Buffer.from(mark.bytes()).toString('base64') };
  } finally {
    watch.stop();
    end();
    process.off('exit', end);
    mark.close();
    rmSync(markFile, { force: true });
  }
}

/** undefined: it ended as it should. */
function endOf(child: ChildProcess, lastWords: () => string): Promise<Fault | undefined> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(undefined);
      const isMemory = lastWords().includes('heap out of memory');
      const says = isMemory
        ? `it wanted more than ${HEAP_MB} MB of heap`
        : `it ended the process (${code ?? signal}): ${lastWords()}`;
      resolve({ kind: isMemory ? 'memory' : 'thrown', key: isMemory ? 'memory' : 'process', says });
    });
  });
}

function watchOver(child: ChildProcess, mark: Mark): { broken: Promise<Fault>; stop(): void } {
  const usage = () => usageOf(child.pid ?? 0) ?? { cpuMs: 0, bytes: 0 };
  let { at } = mark.state();
  let [cpuMs, began] = [usage().cpuMs, performance.now()];
  const { promise: broken, resolve } = Promise.withResolvers<Fault>();
  const timer = setInterval(() => {
    const now = mark.state();
    const used = usage();
    if (now.at !== at || now.at % 2 === 0) [at, cpuMs, began] = [now.at, used.cpuMs, performance.now()];
    const mayMs = CPU_MS + (now.length / 1024) * CPU_MS_PER_KIB;
    const fault = (kind: 'hang' | 'memory', says: string) =>
      resolve({ kind, key: kind, says: `${now.length} bytes ${says}` });
    if (used.cpuMs - cpuMs > mayMs) fault('hang', `took more than ${Math.round(mayMs)} ms of processor time`);
    else if (performance.now() - began > WALL_MS) fault('hang', `were not read within ${WALL_MS} ms`);
    // Between two inputs the next one is made: bombs are large.
    if (used.bytes > MOST_BYTES && now.at % 2 === 1) fault('memory', `made a process of ${used.bytes} bytes`);
  }, LOOK_MS);
  return { broken, stop: () => clearInterval(timer) };
}
