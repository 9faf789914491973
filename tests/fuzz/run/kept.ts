import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../kept');

/** Inputs that were findings once: `tests/fuzz/kept/<target>/`, tried again in each run. */
export function keptFor(target: string): Uint8Array[] {
  const folder = join(root, target);
  try {
    return readdirSync(folder)
      .sort()
      .map((file) => readFileSync(join(folder, file)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Writes an input down under a name that nobody has yet. Its path. */
export function writeFinding(folder: string, target: string, bytes: Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  for (let number = 1; ; number += 1) {
    const file = join(folder, `${target.replaceAll('/', '-')}-${number}`);
    try {
      writeFileSync(file, bytes, { flag: 'wx' });
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
