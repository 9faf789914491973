import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const BLOCK = 512;
const MB = 1_000_000;

/** What the files of a folder take on the disk, in MB. Files that are gone meanwhile count as nothing. */
export async function diskOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let sum = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await diskOf(path);
    else sum += (((await lstat(path).catch(() => undefined))?.blocks ?? 0) * BLOCK) / MB;
  }
  return sum;
}
