/** `npm start`: builds what has changed and runs `prunella up` in this same process, so that signals reach it. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildIfNeeded } from './build.mjs';

const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'services', 'cli', 'dist', 'bundle', 'main.js');

if (await buildIfNeeded()) {
  process.argv = [process.execPath, main, 'up', ...process.argv.slice(2)];
  await import(pathToFileURL(main).href);
} else {
  process.exitCode = 1;
}
