/**
 * Everything that can be checked without running the code:
 *
 *   npm run lint
 *
 * format and style (biome), dependency directions (dependency-cruiser), contracts (buf lint, buf breaking against
 * origin/main), types of the specs (tsc; those of the sources are checked by the build), licences and known weaknesses of what is shipped
 * (the latter where the registry answers).
 * Runs all of them, prints what is wrong in full, and ends with 1 when anything is.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build.mjs';
import { askRegistry, judged } from './supply/advisories.mjs';
import { wrongLicences } from './supply/licences.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');

/** @returns {Promise<{ ok: boolean, output: string }>} */
function run(program, args, cwd = root) {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => resolve({ ok: code === 0, output: output.trim() }));
  });
}

/** @returns {Promise<{ ok: boolean, output: string, note?: string }>} */
async function breakingChanges() {
  const base = 'refs/remotes/origin/main';
  const known = await run('git', ['rev-parse', '--verify', '--quiet', `${base}:proto`]);
  if (!known.ok) return { ok: true, output: '', note: 'no origin/main with contracts to compare with' };
  return run(join(bin, 'buf'), ['breaking', 'proto', '--against', `.git#ref=${base},subdir=proto`]);
}

const json = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

/** @returns {Promise<{ ok: boolean, output: string, note?: string }>} */
async function licences() {
  const wrong = wrongLicences(json('package-lock.json'), json('scripts/supply/accepted.json'));
  return { ok: wrong.length === 0, output: wrong.join('\n') };
}

/** @returns {Promise<{ ok: boolean, output: string, note?: string }>} */
async function knownWeaknesses() {
  const { advisories } = json('scripts/supply/accepted.json');
  const { wrong, note } = judged(await askRegistry(root), advisories, new Date().toISOString().slice(0, 10));
  return { ok: wrong.length === 0, output: wrong.join('\n'), note };
}

const CHECKS = [
  ['format and style', () => run(join(bin, 'biome'), ['ci', '--colors=off', '--error-on-warnings', '.'])],
  ['dependency directions', () => run(process.execPath, ['scripts/boundaries.mjs'])],
  ['contracts', () => run(join(bin, 'buf'), ['lint', 'proto'])],
  ['contracts, breaking changes', breakingChanges],
  ['licences', licences],
  ['known weaknesses', knownWeaknesses],
  ['types of the specs', () => run(join(bin, 'tsc'), ['-p', 'tsconfig.spec.json'])],
];

// Types and generated code come from the build; what does not need them is checked all the same.
let failures = (await buildIfNeeded()) ? 0 : 1;
// Beside each other: tsc takes as long as the rest together, and biome and dependency-cruiser leave a core idle for much of theirs.
const running = CHECKS.map(async ([name, check]) => {
  const started = performance.now();
  const { ok, output, note } = await check();
  return { name, ok, output, took: note ?? `${((performance.now() - started) / 1000).toFixed(1)} s` };
});
for (const { name, ok, output, took } of await Promise.all(running)) {
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name} (${took})\n`);
  if (!ok) {
    failures += 1;
    process.stdout.write(`${output}\n\n`);
  }
}
if (failures > 0)
  process.stdout.write(
    `${failures} of ${CHECKS.length + 1} checks failed (the build is one); npm run format mends format\n`,
  );
process.exitCode = failures > 0 ? 1 : 0;
