/**
 * Writes docs/reference anew from what it is generated from; the same specs compare it in `npm test`.
 *
 *   npm run reference
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
/** In this order: api.md is made of openapi.json. */
const STEPS = [
  ['services/cli/src/reference.spec.ts', 'docs/reference'],
  ['services/auditor/src/service.spec.ts', 'docs/reference'],
  ['tests/docs/reference.spec.ts', 'docs/reference'],
];

if (!(await buildIfNeeded())) process.exit(1);
for (const [spec, name] of STEPS) {
  const { status } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', jest, spec, '--testNamePattern', name],
    { cwd: root, stdio: 'inherit', env: { ...process.env, UPDATE_REFERENCE: '1' } },
  );
  if (status !== 0) process.exit(1);
}
// openapi.json is written as the auditor tells it.
const biome = join(root, 'node_modules', '.bin', 'biome');
process.exitCode =
  spawnSync(biome, ['format', '--write', 'docs/reference'], { cwd: root, stdio: 'inherit' }).status ?? 1;
