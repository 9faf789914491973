import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SCHEMAS, SUBJECTS } from '@prunella/contracts';
import { builtinPacks } from '@prunella/rules';
import { allRoutes, apiReference } from './reference/api.ts';
import { configReference } from './reference/config.ts';
import { environmentReference } from './reference/environment.ts';
import { eventsReference, fieldsOf } from './reference/events.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'reference');

it.each`
  file                | make
  ${'api.md'}         | ${apiReference}
  ${'config.md'}      | ${configReference}
  ${'environment.md'} | ${environmentReference}
  ${'events.md'}      | ${eventsReference}
`(
  'docs/reference/$file is what the sources say (npm run reference writes it)',
  async ({ file, make }: { file: string; make: () => string }) => {
    const text = make();
    const path = join(FOLDER, file);
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
