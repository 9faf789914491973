/**
 * Writes what Prunella is made of, as CycloneDX 1.5, and holds it against that format's schema:
 *
 *   npm run sbom [-- FILE]        default: prunella.cdx.json
 *
 * Only what a production install takes; from package-lock.json, so that nothing needs to be installed.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { shipped } from './supply/licences.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [file = 'prunella.cdx.json'] = process.argv.slice(2);

const { stdout } = await promisify(execFile)(
  'npm',
  ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--omit', 'dev', '--package-lock-only'],
  { cwd: root, maxBuffer: 64 * 1024 ** 2 },
);
const bom = JSON.parse(stdout);
// npm names it after the folder.
bom.metadata.component.name = 'prunella';

const faults = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(JSON.stringify(bom));
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const listed = new Set(bom.components.map(({ purl }) => purl.replace(/@[^@]*$/, '')));
const forgotten = shipped({ packages }).filter(({ name }) => !listed.has(`pkg:npm/${name.replace('@', '%40')}`));
if (faults !== null) {
  process.stderr.write(`expected CycloneDX 1.5, found: ${JSON.stringify(faults).slice(0, 2_000)}\n`);
  process.exitCode = 1;
} else if (forgotten.length > 0) {
  process.stderr.write(`expected all that is shipped, missing: ${forgotten.map(({ name }) => name).join(', ')}\n`);
  process.exitCode = 1;
} else {
  writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
  process.stdout.write(`${file}: ${listed.size} components, CycloneDX ${bom.specVersion}\n`);
}
