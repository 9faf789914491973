import { type ChildProcess, spawn } from 'node:child_process';
import type { ProcessId } from './process-table.ts';

/**
 * Node has no way to tie a child's life to its parent's, and a parent that is killed can't clean up. So a small process
 * of its own, outside our process group, waits at the other end of a pipe: the pipe closes when this process is gone,
 * for whatever reason, and then it stops what it was told to look after.
 */
let watchdog: ChildProcess | undefined;

/** Has `id` stopped (by `signal`, then killed after `graceMs`) when this process ends without having stopped it. */
export function guard(id: ProcessId, signal: NodeJS.Signals, graceMs: number): void {
  tell({ guard: id.pid, started: id.started, signal, graceMs });
}

/** Takes a process from the watchdog's list: it was stopped, or ended by itself. */
export function unguard(pid: number): void {
  if (watchdog !== undefined) tell({ unguard: pid });
}

function tell(message: object): void {
  if (watchdog === undefined || watchdog.exitCode !== null || watchdog.signalCode !== null) watchdog = launch();
  watchdog.stdin?.write(`${JSON.stringify(message)}\n`);
}

function launch(): ChildProcess {
  const child = spawn(process.execPath, ['-e', `(${watch.toString()})()`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: {},
  });
  // Without a watchdog there are still the records in PRUNELLA_HOME/run, which the next start looks at.
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.unref();
  const pipe = child.stdin as (typeof child.stdin & { unref?: () => void }) | null;
  pipe?.unref?.();
  return child;
}

/** Runs in the watchdog, from its source text: it can use nothing from outside itself. */
function watch(): void {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { createInterface } = process.getBuiltinModule('node:readline');
  const guarded = new Map<number, { started: string; signal: NodeJS.Signals; graceMs: number }>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

  const isOurs = (pid: number, started: string): boolean => {
    try {
      process.kill(pid, 0);
      if (process.platform !== 'linux') return true;
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state !== 'Z' && fields[18] === started;
    } catch {
      return false;
    }
  };
  const send = (pid: number, started: string, signal: NodeJS.Signals): void => {
    if (isOurs(pid, started)) process.kill(pid, signal);
  };

  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const message = JSON.parse(line) as {
      guard?: number;
      unguard?: number;
      started: string;
      signal: NodeJS.Signals;
      graceMs: number;
    };
    if (message.guard !== undefined) guarded.set(message.guard, message);
    if (message.unguard !== undefined) guarded.delete(message.unguard);
  });
  lines.on('close', () => {
    for (const [pid, { started, signal, graceMs }] of guarded) {
      send(pid, started, signal);
      setTimeout(() => send(pid, started, 'SIGKILL'), graceMs);
    }
    // Nothing to wait for: do not linger.
    const timer = setInterval(() => {
      for (const [pid, { started }] of guarded) if (!isOurs(pid, started)) guarded.delete(pid);
      if (guarded.size === 0) {
        clearInterval(timer);
        process.exit(0);
      }
    }, 50);
  });
}
