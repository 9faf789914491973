import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
const packages = Object.entries(
  read('package-lock.json').packages as Record<
    string,
    { hasInstallScript?: true; integrity?: string; link?: true; resolved?: string }
  >,
).filter(([path, { link }]) => path.includes('node_modules/') && !link);
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

it('every package that wants to run something when it is installed was decided about, and no others are named', () => {
  const wanting = new Set(
    packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path)),
  );
  expect(Object.keys(read('package.json').allowScripts).sort()).toEqual([...wanting].sort());
});

it('every package is pinned by a checksum', () => {
  expect(packages.length).toBeGreaterThan(100);
  expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
});
