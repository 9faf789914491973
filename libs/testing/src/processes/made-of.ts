import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Says which file a bundle was made of has changed since: who runs `tsc` alone would otherwise test what stood there before.
 *
 * @param root The repository.
 * @param folder `services/<name>/dist/bundle`, with the `made-of.json` of scripts/bundle.mjs.
 * @returns undefined: none. Paths are relative to `root`.
 */
export function changedSince(root: string, folder: string): string | undefined {
  const list = join(root, folder, 'made-of.json');
  const { mtimeMs } = statSync(list);
  const hashes = JSON.parse(readFileSync(list, 'utf8')) as Record<string, string>;
  return Object.keys(hashes).find((path) => {
    const file = join(root, path);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return true;
    // From the cache of Nx an equal file comes with a new time.
    return found.mtimeMs > mtimeMs && hash('sha256', readFileSync(file)) !== hashes[path];
  });
}
