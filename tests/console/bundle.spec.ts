import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const DIST = join(import.meta.dirname, '../../services/console/dist');
const KB = 1_000;
/** Of all code and styles that the console is made of, also of pages that few open. */
const MOST_IN_ALL = 500 * KB;
/** Of what has to come before the first page is shown. */
const MOST_AT_FIRST = 320 * KB;

async function sizes(): Promise<{ name: string; bytes: number }[]> {
  const names = (await readdir(join(DIST, 'assets'))).filter((name) => /\.(?:js|css)$/.test(name));
  return await Promise.all(
    names.map(async (name) => ({ name, bytes: gzipSync(await readFile(join(DIST, 'assets', name))).length })),
  );
}

function sum(files: readonly { bytes: number }[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

describe('the bundle of the console, gzipped', () => {
  it('is small in all', async () => {
    const files = await sizes();
    expect(files.length).toBeGreaterThan(1);
    expect(sum(files)).toBeLessThan(MOST_IN_ALL);
  });

  it('needs little for the first page: what draws charts comes with the first chart', async () => {
    const page = await readFile(join(DIST, 'index.html'), 'utf8');
    const first = (await sizes()).filter(({ name }) => page.includes(name));
    expect(first.length).toBeGreaterThan(1);
    expect(sum(first)).toBeLessThan(MOST_AT_FIRST);
    expect(first.map(({ name }) => name).filter((name) => name.startsWith('plots'))).toEqual([]);
  });
});
