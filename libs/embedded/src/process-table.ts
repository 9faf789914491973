import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Which process a pid means. Pids are used again; a pid together with its start time is not. */
export interface ProcessId {
  pid: number;
  /** Start time as the operating system tells it; only good for comparing. */
  started: string;
}

/** Identifies a running process; undefined: there is none with this pid (one that only waits to be reaped is none). */
export async function identify(pid: number): Promise<ProcessId | undefined> {
  const started = process.platform === 'linux' ? await startedOnLinux(pid) : await ps(pid, 'lstart=');
  return started === undefined ? undefined : { pid, started };
}

/** Says whether exactly this process still runs. */
export async function isRunning(id: ProcessId): Promise<boolean> {
  return (await identify(id.pid))?.started === id.started;
}

/** The command line of a process; undefined: it is gone or not ours to look at. */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return await ps(pid, 'command=');
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text === '' ? undefined : text.replaceAll('\0', ' ').trim();
}

/**
 * Asks a process to end by `signal`, and kills it when it still runs after `graceMs`. Does nothing when it is gone.
 * Resolves when it is gone.
 */
export async function stopProcess(id: ProcessId, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  await send(id, signal);
  if (await isGoneWithin(id, graceMs)) return;
  await send(id, 'SIGKILL');
  await isGoneWithin(id, 5_000);
}

async function send(id: ProcessId, signal: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(id))) return;
  try {
    process.kill(id.pid, signal);
  } catch {
    // It ended in between.
  }
}

async function isGoneWithin(id: ProcessId, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += 25) {
    if (!(await isRunning(id))) return true;
    await sleep(25);
  }
  return !(await isRunning(id));
}

async function startedOnLinux(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in parentheses, and may hold spaces and parentheses itself.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || state === 'Z' || state === 'X' ? undefined : fields[18];
}

async function ps(pid: number, column: string): Promise<string | undefined> {
  const { stdout } = await run('ps', ['-p', String(pid), '-o', column]).catch(() => ({ stdout: '' }));
  return stdout.trim() === '' ? undefined : stdout.trim();
}
