/**
 * Copies the files that a service loads, and nothing else, into a new folder of its name, laid out as this tree is. Build first.
 *
 *   node deploy/docker/files.mjs /tmp/files detector diagnoser && PRUNELLA_SERVICE=detector node /tmp/files/detector/run.mjs
 *
 * That is its bundle (scripts/bundle.mjs), and what is found by following every import, also of worker threads, from its `main.js`. What is only read at run time is listed here;
 * tests/docker/files.spec.ts starts every service from its files alone.
 */
import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What has an image. */
const SERVICES = ['auditor', 'detector', 'diagnoser', 'remediator', 'playground', 'cli'];

/** Programs that somebody runs in the image beside the service's `main.js`. */
const ALSO_RUN = { auditor: ['services/auditor/dist/bundle/migrate.js', 'services/auditor/dist/bundle/rebuild.js'] };

/** Folders that no import names. */
const READ = { auditor: ['services/console/dist'] };

/** A library's page that we do not show: we only serve the description of the API. */
const NOT_USED = ['node_modules/swagger-ui-dist/**'];

/** Beside the services, at the top of the image. */
const OURS = ['run.mjs', 'health.mjs', 'secrets.mjs'];

/** What was found is kept here: following some thousand files takes ten seconds. */
const KEPT = join(root, 'node_modules', '.prunella', 'files');

/** What the tracer keeps: most services load the same libraries. */
const cache = {};

/**
 * @param {string} service one of `SERVICES`.
 * @param {string} target a folder that is not there yet, or empty.
 * @returns {Promise<number>} how many files are loaded.
 */
async function copyFilesOf(service, target) {
  const files = (await known(service)) ?? (await trace(service));
  for (const path of files) await copy(path, target);
  for (const path of READ[service] ?? []) await cp(join(root, path), join(target, path), { recursive: true });
  for (const name of OURS) await copy(join('deploy', 'docker', name), target, name);
  return files.length;
}

async function trace(service) {
  const { nodeFileTrace } = await import('@vercel/nft');
  const entries = [`services/${service}/dist/bundle/main.js`, ...(ALSO_RUN[service] ?? [])].map((path) =>
    join(root, path),
  );
  const ignore = [...NOT_USED, ...(READ[service] ?? []).map((path) => `${path}/**`)];
  const { fileList, warnings } = await nodeFileTrace(entries, { base: root, ignore, cache });
  // What is optional for a library and not installed here is not in the image, either. Anything else would be missed at run time.
  const bad = [...warnings].filter(({ message }) => !message.startsWith('Failed to resolve dependency'));
  if (bad.length > 0) throw new Error(bad.map(({ message }) => message).join('\n'));
  const maps = [...fileList].filter((path) => path.includes('/dist/bundle/')).map((path) => `${path}.map`);
  const files = [...fileList, ...maps.filter((path) => existsSync(join(root, path)))].sort();
  const marks = await Promise.all(files.map(mark));
  await mkdir(KEPT, { recursive: true });
  await writeFile(join(KEPT, `${service}.json`), JSON.stringify({ self: await mark(SELF), files, marks }));
  return files;
}

/** What was found the last time, when none of these files has changed since: a new import stands in a changed file. */
async function known(service) {
  try {
    const { self, files, marks } = JSON.parse(await readFile(join(KEPT, `${service}.json`), 'utf8'));
    const now = await Promise.all(files.map(mark));
    return self === (await mark(SELF)) && marks.every((was, at) => was === now[at]) ? files : undefined;
  } catch {
    // never followed, or a file is gone
    return undefined;
  }
}

const SELF = 'deploy/docker/files.mjs';

async function mark(path) {
  const { mtimeMs, size } = await lstat(join(root, path));
  return `${mtimeMs} ${size}`;
}

/** Links stay links: a package of the workspace is one. Readable by all, whatever the umask of whoever cloned this was. */
async function copy(path, target, as = path) {
  const [from, to] = [join(root, path), join(target, as)];
  await mkdir(dirname(to), { recursive: true, mode: 0o755 });
  if ((await lstat(from)).isSymbolicLink()) {
    await symlink(await readlink(from), to);
  } else {
    await copyFile(from, to);
    await chmod(to, 0o644);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, ...services] = process.argv.slice(2);
  if (folder === undefined || services.length === 0 || services.some((service) => !SERVICES.includes(service))) {
    process.stderr.write(`expected: files.mjs FOLDER SERVICE..., SERVICE one of ${SERVICES.join(', ')}\n`);
    process.exit(2);
  }
  for (const service of services) {
    process.stdout.write(`${service}: ${await copyFilesOf(service, join(folder, service))} files\n`);
  }
}
