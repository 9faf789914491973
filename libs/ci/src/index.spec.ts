import { readdirSync } from 'node:fs';
import { ciPlatforms, platformFactories } from './index.ts';

it('lists every platform that has a folder', () => {
  const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(platformFactories.map((factory) => factory.name).sort()).toEqual(folders.sort());
});

it('gives the platforms that are configured, read-only where there is no token', () => {
  expect(ciPlatforms({})).toEqual([]);
  const platforms = ciPlatforms({
    PLAYGROUND_URL: 'http://127.0.0.1:1',
    GITHUB_API_URL: 'http://127.0.0.1:2',
    GITLAB_TOKEN: 'x',
  });
  expect(platforms.map(({ id, reader, rerun }) => [id, reader.platform, rerun !== undefined])).toEqual([
    ['github', 'github', false],
    ['gitlab', 'gitlab', true],
    ['playground', 'playground', true],
  ]);
});
