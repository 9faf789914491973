import { readFile } from 'node:fs/promises';

/** What a process keeps in memory, in MB of a million bytes. */
export interface Memory {
  /** All pages that it has mapped in; shared ones count in each process. */
  rss: number;
  /** Shared pages by equal parts among all who map them: other programs of the same Node on the machine make it smaller. */
  pss: number;
  /** Pages that nobody else maps. */
  own: number;
  /** Pages that somebody else maps, too: the program itself and its libraries. */
  shared: number;
}

const MEGABYTE = 1_000_000;

/** Linux only. */
export async function memoryOf(pid: number): Promise<Memory> {
  return parseRollup(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'));
}

/** @param text `/proc/PID/smaps_rollup`, in kB of 1,024 bytes. @throws Error when a line is missing. */
export function parseRollup(text: string): Memory {
  const megabytes = (name: string): number => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
    if (found === undefined) throw new Error(`smaps_rollup: expected a line "${name}: <n> kB", found none`);
    return (Number(found) * 1_024) / MEGABYTE;
  };
  return {
    rss: megabytes('Rss'),
    pss: megabytes('Pss'),
    own: megabytes('Private_Clean') + megabytes('Private_Dirty'),
    shared: megabytes('Shared_Clean') + megabytes('Shared_Dirty'),
  };
}

/** What several processes of one program take together. @returns `once`: what is shared is counted once, whoever else on the machine maps it. */
export function together(all: readonly Memory[]): { rss: number; pss: number; once: number } {
  const sum = (of: (one: Memory) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    rss: sum(({ rss }) => rss),
    pss: sum(({ pss }) => pss),
    once: sum(({ own }) => own) + Math.max(0, ...all.map(({ shared }) => shared)),
  };
}
