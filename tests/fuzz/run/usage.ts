import { readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second, and in pages of 4 KiB. */
const TICK_MS = 10;
const PAGE = 4_096;

/** What a process used so far: processor time of all its threads in milliseconds, and its memory in bytes. undefined: it is gone, or the system tells it in another way. */
export function usageOf(pid: number): { cpuMs: number; bytes: number } | undefined {
  try {
    // The name of the program, in brackets, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const [user = 0, system = 0] = fields.slice(11, 13);
    return { cpuMs: (user + system) * TICK_MS, bytes: (fields[21] ?? 0) * PAGE };
  } catch {
    return undefined;
  }
}
