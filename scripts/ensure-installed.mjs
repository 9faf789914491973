/**
 * Installs the dependencies when the lock file says something else than what is installed; otherwise returns at once.
 * Runs under any Node from 20 on with nothing installed, so it uses nothing but Node.
 *
 * `npm install` and not `npm ci`: the lock names optional packages of all platforms, and a registry mirror that lacks
 * one of them fails `npm ci`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.prunella', 'installed');

/** By content: a fresh clone and a copy have other times. */
function wanted() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const manifests = ['libs', 'services'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .sort()
      .map((name) => join(root, parent, name, 'package.json')),
  );
  for (const file of [join(root, 'package-lock.json'), join(root, 'package.json'), ...manifests]) {
    if (existsSync(file)) hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}

function installed() {
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
}

/** @returns {Promise<{ code: number | null, output: string }>} */
function npmInstall() {
  // npm tells its scripts where it is; that one is the npm that the user runs.
  const npm = process.env.npm_execpath;
  const [program, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const child = spawn(program, [...first, 'install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: npm === undefined && process.platform === 'win32',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

async function install() {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  process.stdout.write('Installing dependencies (the first time this takes a minute or two) ...\n');
  const progress = setInterval(() => process.stdout.write(`  still installing, ${seconds()} s\n`), 15_000);
  const { code, output } = await npmInstall();
  clearInterval(progress);
  if (code !== 0) {
    process.stderr.write(
      `${output.trim().split('\n').slice(-40).join('\n')}\n\n` +
        'npm install failed, its last words are above. If they speak of the network: look whether the registry ' +
        '(npm config get registry) and a proxy (npm config get proxy) are right and reachable, then try again.\n',
    );
    process.exit(1);
  }
  // After, not before: npm may have brought the lock up to date.
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted());
  process.stdout.write(`Dependencies installed in ${seconds()} s.\n`);
}

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20) {
  process.stderr.write(`Prunella needs Node 20 or newer to start with, found ${process.versions.node}.\n`);
  process.exit(1);
}
if (installed() !== wanted()) await install();
