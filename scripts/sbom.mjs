/**
 * Writes what Prunella is made of, as CycloneDX 1.6, valid by that format's strict schema:
 *
 *   npm run sbom [-- FILE]        default: prunella.cdx.json
 *
 * The packages that a production install takes, from package-lock.json, with their checksums. Not by `npm sbom`: that of npm 11.19 leaves out a third of
 * what workspaces need; nor by @cyclonedx/cyclonedx-npm, which brings 124 packages and a native build along.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { bomOf } from './supply/bom.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [file = 'prunella.cdx.json'] = process.argv.slice(2);
const json = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

const bom = JSON.stringify(bomOf(json('package-lock.json'), json('scripts/supply/accepted.json'), new Date()), null, 2);
const faults = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(bom);
if (faults === null) {
  writeFileSync(file, `${bom}\n`);
  process.stdout.write(`${file}: ${JSON.parse(bom).components.length} components, CycloneDX 1.6\n`);
} else {
  process.stderr.write(`sbom: expected CycloneDX 1.6, found ${JSON.stringify(faults).slice(0, 2_000)}\n`);
  process.exitCode = 1;
}
