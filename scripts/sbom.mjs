/**
 * Writes what Prunella is made of, as CycloneDX 1.6, valid by that format's schema:
 *
 *   npm run sbom [-- FILE]        default: prunella.cdx.json
 *
 * Only what a production install takes; from package-lock.json, so that nothing of it needs to be installed. Not by `npm sbom`: that of npm 11.19 leaves
 * out a third of what workspaces need. Fails when anything that is shipped is missing.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { shipped } from './supply/licences.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = resolve(process.argv[2] ?? 'prunella.cdx.json');
const program = join(root, 'node_modules', '.bin', 'cyclonedx-npm');

try {
  const what = ['--omit', 'dev', '--package-lock-only', '--mc-type', 'application', '--flatten-components'];
  await promisify(execFile)(program, [...what, '--validate', '--output-reproducible', '--output-file', file], {
    cwd: root,
  });
  const { components, specVersion } = JSON.parse(readFileSync(file, 'utf8'));
  const listed = new Set(components.map(({ group, name }) => (group ? `${group}/${name}` : name)));
  const missing = shipped(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))).filter(
    ({ name }) => !listed.has(name),
  );
  if (missing.length > 0)
    throw new Error(`expected all that is shipped, missing: ${missing.map(({ name }) => name).join(', ')}`);
  process.stdout.write(`${file}: ${components.length} components, CycloneDX ${specVersion}\n`);
} catch (error) {
  process.stderr.write(`sbom: ${error.stderr || error.message}\n`);
  process.exitCode = 1;
}
