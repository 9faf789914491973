// Writes src/gen/api.ts, the types of what the API answers and takes, from its description (docs/reference/openapi.json).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from 'json-schema-to-typescript';

const root = join(import.meta.dirname, '..');
const { components } = JSON.parse(readFileSync(join(root, '../../docs/reference/openapi.json'), 'utf8'));
// The compiler finds shared schemas under `definitions`.
const definitions = JSON.parse(
  JSON.stringify(components.schemas).replaceAll('#/components/schemas/', '#/definitions/'),
);
const all = {
  title: 'Schemas',
  type: 'object',
  additionalProperties: false,
  definitions,
  properties: Object.fromEntries(Object.keys(definitions).map((name) => [name, { $ref: `#/definitions/${name}` }])),
};
const code = await compile(all, 'Schemas', {
  bannerComment: '// Written by scripts/generate-api.mjs: change the API, not this.',
  additionalProperties: false,
  unreachableDefinitions: true,
});
mkdirSync(join(root, 'src/gen'), { recursive: true });
writeFileSync(join(root, 'src/gen/api.ts'), code);
