/**
 * Builds what has changed; when nothing has, does not even start the build tool.
 *
 *   node scripts/build.mjs
 *   node scripts/build.mjs --always [OPTION OF NX]...    asks the build tool in any case, and shows what it says
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint } from './fingerprint.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const GENERATED = join(root, 'libs', 'contracts', 'src', 'gen');
const stamp = join(root, 'node_modules', '.prunella', 'built');

/** The packages that have something to build. */
function projects() {
  return ['libs', 'services'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => join(root, parent, name))
      .filter((folder) => {
        const file = join(folder, 'package.json');
        return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).nx?.targets?.build !== undefined;
      }),
  );
}

function state() {
  const tools = ['nx.json', 'package-lock.json', 'tsconfig.base.json', 'scripts/bundle.mjs', 'scripts/source-map.mjs'];
  const sources = ['libs', 'services', 'proto', ...tools];
  const skipped = new Set(['dist', 'gen', 'node_modules', 'test-results', 'coverage']);
  return fingerprint(
    sources.map((path) => join(root, path)),
    (name) => skipped.has(name) || name.endsWith('.spec.ts') || name.startsWith('.'),
  );
}

function isBuilt() {
  return (
    existsSync(stamp) &&
    [...projects().map((folder) => join(folder, 'dist')), GENERATED].every((folder) => existsSync(folder)) &&
    readFileSync(stamp, 'utf8') === state()
  );
}

/** The build tool's script: run by this Node, whatever the shell would find. */
function nx() {
  const folder = join(root, 'node_modules', 'nx');
  return join(folder, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin.nx);
}

/** Builds when needed. Says so in a line, and prints the errors in full. @returns {Promise<boolean>} whether all is built */
export async function buildIfNeeded() {
  if (isBuilt()) return true;
  const started = performance.now();
  process.stdout.write('Building ...\n');
  const { status, stdout, stderr, error } = build([], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) {
    process.stderr.write(`${error?.message ?? `${stdout}${stderr}`}\nThe build failed: what is wrong stands above.\n`);
    return false;
  }
  process.stdout.write(`Built in ${((performance.now() - started) / 1000).toFixed(0)} s.\n`);
  return true;
}

/** Runs the build tool, and remembers of what state all is built then. */
function build(more, options) {
  // Looked at before the build: what changes meanwhile is built the next time.
  const before = state();
  const run = spawnSync(process.execPath, [nx(), 'run-many', '-t', 'build', '--output-style=stream', ...more], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: '0' },
    ...options,
  });
  // With options it may have been a part.
  if (run.status === 0 && more.length === 0) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, before);
  }
  return run;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [always, ...more] = process.argv.slice(2);
  const built = always === '--always' ? build(more, { stdio: 'inherit' }).status === 0 : await buildIfNeeded();
  if (!built) process.exitCode = 1;
}
