/**
 * Everything that can be checked without running the code:
 *
 *   npm run lint
 *
 * format and style (biome), dependency directions (dependency-cruiser), contracts (buf lint, buf breaking against
 * origin/main), types of the specs (tsc; those of the sources are checked by the build).
 * Runs all of them, prints what is wrong in full, and ends with 1 when anything is.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');

function run(program, args, cwd = root) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  return { ok: status === 0, output: error ? error.message : `${stdout}${stderr}`.trim() };
}

/** @returns {{ ok: boolean, output: string, note?: string }} */
function breakingChanges() {
  const base = 'refs/remotes/origin/main';
  const known = run('git', ['rev-parse', '--verify', '--quiet', `${base}:proto`]);
  if (!known.ok) return { ok: true, output: '', note: 'no origin/main with contracts to compare with' };
  return run(join(bin, 'buf'), ['breaking', 'proto', '--against', `.git#ref=${base},subdir=proto`]);
}

const CHECKS = [
  ['format and style', () => run(join(bin, 'biome'), ['ci', '--colors=off', '--error-on-warnings', '.'])],
  ['dependency directions', () => run(process.execPath, ['scripts/boundaries.mjs'])],
  ['contracts', () => run(join(bin, 'buf'), ['lint', 'proto'])],
  ['contracts, breaking changes', breakingChanges],
  ['types of the specs', () => run(join(bin, 'tsc'), ['-p', 'tsconfig.spec.json'])],
];

// Types and generated code come from the build; what does not need them is checked all the same.
let failures = (await buildIfNeeded()) ? 0 : 1;
for (const [name, check] of CHECKS) {
  const started = performance.now();
  const { ok, output, note } = check();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name} (${note ?? `${seconds} s`})\n`);
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
