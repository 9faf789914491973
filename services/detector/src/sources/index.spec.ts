import { readdirSync } from 'node:fs';
import { sources } from './index.ts';

describe('sources', () => {
  it('lists every folder once', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(sources.map((source) => source.name).sort()).toEqual(folders.sort());
  });

  it('gives each a path of its own, as the body parser compares them', () => {
    const paths = sources.map((source) => source.path);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) expect(path).toMatch(/^\/[a-z/-]+[a-z]$/);
  });
});
