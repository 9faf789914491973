/**
 * Copies the files that one service loads, and nothing else, into a folder laid out as the checkout is:
 *
 *   node deploy/docker/files.mjs detector /files
 *
 * They are found by following every import from the service's `main.js`; what is read at run time only is listed in `READ`.
 */
import { cp, lstat, mkdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFileTrace } from '@vercel/nft';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Folders and files that no import names. */
const READ = {
  auditor: ['services/console/dist', 'node_modules/swagger-ui-dist'],
};

const [service, target] = process.argv.slice(2);
if (service === undefined || target === undefined) {
  process.stderr.write('expected: files.mjs SERVICE FOLDER\n');
  process.exit(2);
}

const entry = join(root, 'services', service, 'dist', 'main.js');
const { fileList, warnings } = await nodeFileTrace([entry], { base: root });
// What is optional for a library and not installed here is not in the image, either. Anything else would be missed at run time.
const bad = [...warnings].filter(({ message }) => !/^Failed to resolve dependency/.test(message));
if (bad.length > 0) {
  process.stderr.write(`${bad.map(({ message }) => message).join('\n')}\n`);
  process.exit(1);
}
for (const path of fileList) await copy(path);
for (const path of READ[service] ?? []) await cp(join(root, path), join(target, path), { recursive: true });
process.stdout.write(`${service}: ${fileList.size} files\n`);

/** Links stay links: a package of the workspace is one. */
async function copy(path) {
  const [from, to] = [join(root, path), join(target, path)];
  await mkdir(dirname(to), { recursive: true });
  if ((await lstat(from)).isSymbolicLink()) await symlink(await readlink(from), to);
  else await cp(from, to);
}
