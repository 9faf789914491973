import { readdir, readFile, readlink } from 'node:fs/promises';
import { memoryOf } from '../../support/memory.ts';
import { metric, seriesIn } from './metrics.ts';

const TIMEOUT_MS = 10_000;
const MB = 1_000_000;

/** Memory in MB and open files of one process, without its children. Linux only. */
export async function seenOfProcess(pid: number): Promise<Record<string, number>> {
  const [{ rss, pss, own }, files] = await Promise.all([memoryOf(pid), filesOf(pid)]);
  const sockets = files.filter((file) => file.startsWith('socket:')).length;
  return { rss, pss, own, fds: files.length, sockets };
}

/** The same of a process and all its children, with how many they are: a server that makes a process of each connection. */
export async function seenOfFamily(pid: number): Promise<Record<string, number>> {
  const pids = [pid, ...(await childrenOf(pid))];
  // One that is gone meanwhile counts as nothing.
  const all = await Promise.all(pids.map((one) => seenOfProcess(one).catch(() => ({}) as Record<string, number>)));
  const sum = (name: string) => all.reduce((total, one) => total + (one[name] ?? 0), 0);
  return { own: sum('own'), fds: sum('fds'), processes: pids.length };
}

async function filesOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder);
  return await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** What a service tells of itself at `/metrics`. Memory in MB, times in ms; `gcSeconds` since it began. */
export async function toldBy(url: string): Promise<Record<string, number>> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await answer.text();
  const of = (name: string, unit = 1): number => (metric(text, name) ?? Number.NaN) / unit;
  const told = {
    heapUsed: of('nodejs_heap_size_used_bytes', MB),
    heapTotal: of('nodejs_heap_size_total_bytes', MB),
    external: of('nodejs_external_memory_bytes', MB),
    resources: of('nodejs_active_resources_total'),
    lagP99: of('nodejs_eventloop_lag_p99_seconds', 1 / 1_000),
    gcSeconds: of('nodejs_gc_duration_seconds_sum'),
    series: seriesIn(text),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => Number.isFinite(value)));
}
