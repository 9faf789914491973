import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SCHEMAS, SUBJECTS } from '@prunella/contracts';
import { mayBeFile } from '@prunella/core';
import { isSecret } from '@prunella/doctor';
import { builtinPacks } from '@prunella/rules';
import { allRoutes, apiReference } from './reference/api.ts';
import { configReference } from './reference/config.ts';
import { environmentReference } from './reference/environment.ts';
import { eventsReference, fieldsOf } from './reference/events.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, 'docs', 'reference');

/** As all documents are formatted. */
function formatted(text: string, path: string): string {
  const biome = join(ROOT, 'node_modules', '.bin', 'biome');
  return execFileSync(biome, ['format', `--stdin-file-path=${path}`], { cwd: ROOT, input: text, encoding: 'utf8' });
}

it.each`
  file                | make
  ${'api.md'}         | ${apiReference}
  ${'config.md'}      | ${configReference}
  ${'environment.md'} | ${environmentReference}
  ${'events.md'}      | ${eventsReference}
`(
  'docs/reference/$file is what the sources say (npm run reference writes it)',
  async ({ file, make }: { file: string; make: () => string }) => {
    const path = join(FOLDER, file);
    const text = formatted(make(), path);
    if (process.env['UPDATE_REFERENCE'] === '1') await writeFile(path, text);
    expect(await readFile(path, 'utf8')).toBe(text);
  },
);

it('every key of prunella.yaml says what it means', () => {
  const silent = configReference().match(/^\| `[^`]+` \|\s*\|.*$/gm) ?? [];
  expect(silent).toEqual([]);
});

it('every variable says what it is', () => {
  expect(environmentReference().match(/^\| `[^`]+` \|\s*\|.*$/gm) ?? []).toEqual([]);
});

it('every variable with a secret may be given as a file', async () => {
  const texts = [environmentReference(), await readFile(join(ROOT, 'docs', 'guide', 'tracing.md'), 'utf8')];
  const names = texts.flatMap((text) =>
    [...text.matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`/g)].map(([, name = '']) => name),
  );
  const secrets = names.filter((name) => isSecret(name) && !name.endsWith('_FILE'));
  expect(secrets).toEqual(expect.arrayContaining(['GITHUB_TOKEN', 'OTEL_EXPORTER_OTLP_HEADERS']));
  expect(secrets.filter((name) => !mayBeFile(name))).toEqual([]);
});

it.each(SUBJECTS)('the fields of %s are those of the contract', (subject) => {
  expect(fieldsOf(subject)).toEqual(SCHEMAS[subject].fields.map(({ name }) => name));
});

it('every route says what it is, and who may ask', () => {
  const routes = allRoutes();
  expect(routes.length).toBeGreaterThan(60);
  expect(routes.filter(({ says, who }) => says === '' || who === '')).toEqual([]);
});

it('docs/reference/diagnosis.md says how many rules there are', async () => {
  const count = builtinPacks().reduce((sum, { rules }) => sum + rules.length, 0);
  expect(await readFile(join(FOLDER, 'diagnosis.md'), 'utf8')).toContain(`: ${count} rules propose causes`);
});
