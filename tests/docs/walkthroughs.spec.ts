import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documents, ROOT, readDocument } from './walk/documents.ts';

/** `| [libs/ci/src/index.ts](...) | `ciPlatforms` | what |`: a file, and what it exports. */
const ROW = /^\| \[([\w./-]+)\]\([^)]+\)\s*\| ((?:`\w+`(?:, )?)+)\s*\|/gm;

const named = documents()
  .filter((file) => /^docs\/guide\/adding-/.test(file))
  .flatMap((page) =>
    [...readDocument(page).matchAll(ROW)].flatMap(([, file = '', names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => ({ page, file, name })),
    ),
  );

it('names files', () => {
  expect(new Set(named.map(({ page }) => page)).size).toBe(3);
  expect(named.length).toBeGreaterThan(20);
});

it.each(named)('$page: $file has $name', ({ file, name }) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const declares = new RegExp(
    `^(?:export (?:const|function|async function|interface|type|class)|message|enum) ${name}\\b`,
    'm',
  );
  expect({ file, has: declares.test(text) || new RegExp(`^export \\{[^}]*\\b${name}\\b`, 'm').test(text) }).toEqual({
    file,
    has: true,
  });
});
