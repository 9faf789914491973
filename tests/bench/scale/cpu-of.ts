import { readdir, readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second, whatever the kernel's own clock does. */
const TICKS_PER_SECOND = 100;

interface Stat {
  pid: number;
  parent: number;
  /** Of its own. */
  ticks: number;
  /** Of its children that ended. */
  endedTicks: number;
}

/** What processes used up to now, with all their children, in milliseconds of one core. Those that are gone count as nothing. Linux only. */
export async function cpuMs(pids: readonly number[]): Promise<number> {
  const all = await processes();
  const ticksOf = (pid: number): number => {
    const children = all.filter(({ parent }) => parent === pid);
    const own = all.find((one) => one.pid === pid);
    if (own === undefined) return 0;
    return own.ticks + own.endedTicks + children.reduce((sum, child) => sum + ticksOf(child.pid), 0);
  };
  return (pids.reduce((sum, pid) => sum + ticksOf(pid), 0) * 1_000) / TICKS_PER_SECOND;
}

async function processes(): Promise<Stat[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(names.map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined)));
  return stats.flatMap((stat, index) => {
    if (stat === undefined) return [];
    // The second field is the program's name in parentheses, and may hold anything.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    const pid = Number(names[index]);
    return [{ pid, parent: fields[1] ?? 0, ticks: user + system, endedTicks: childUser + childSystem }];
  });
}
