// Writes src/gen/api.ts from the description of the API (docs/reference/openapi.json): the types of what it answers and takes, and `paths`, by which
// openapi-fetch knows each operation with its parameters, body and answer.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from 'json-schema-to-typescript';

const root = join(import.meta.dirname, '..');
const { components, paths } = JSON.parse(readFileSync(join(root, '../../docs/reference/openapi.json'), 'utf8'));
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const JSON_TYPE = 'application/json';

/** Schemas by name: the shared ones, and those that an operation has for itself. */
const schemas = { ...components.schemas };
const lines = Object.entries(paths).map(([path, operations]) => pathType(path, operations));

// The compiler finds shared schemas under `definitions`.
const definitions = JSON.parse(JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/definitions/'));
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
  ignoreMinAndMaxItems: true,
});
mkdirSync(join(root, 'src/gen'), { recursive: true });
writeFileSync(join(root, 'src/gen/api.ts'), `${code}\nexport interface paths {\n${lines.join('\n')}\n}\n`);

function pathType(path, operations) {
  const methods = METHODS.map((method) => {
    const operation = operations[method];
    return operation === undefined ? `${method}?: never;` : `${method}: ${operationType(operation)};`;
  });
  const none = 'parameters: { query?: never; header?: never; path?: never; cookie?: never };';
  return `  '${path}': { ${none} ${methods.join(' ')} };`;
}

function operationType({ operationId, parameters = [], requestBody, responses }) {
  const name = operationId.replace('Controller_', '_').replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
  const given = ['query', 'path'].map((place) => {
    const those = parameters.filter((parameter) => parameter.in === place);
    if (those.length === 0) return `${place}?: never;`;
    const required = those.filter((parameter) => parameter.required).map((parameter) => parameter.name);
    schemas[`${name}${place === 'query' ? 'Query' : 'Path'}`] = {
      type: 'object',
      properties: Object.fromEntries(those.map((parameter) => [parameter.name, parameter.schema])),
      required,
      additionalProperties: false,
    };
    return `${place}${required.length === 0 ? '?' : ''}: ${name}${place === 'query' ? 'Query' : 'Path'};`;
  });
  const body = requestBody?.content?.[JSON_TYPE]?.schema;
  const taken =
    body === undefined
      ? 'requestBody?: never;'
      : `requestBody${requestBody.required ? '' : '?'}: { content: { '${JSON_TYPE}': ${typeOf(body, `${name}Body`)} } };`;
  const answer = responses['200']?.content?.[JSON_TYPE]?.schema;
  const answered =
    answer === undefined ? 'content?: never' : `content: { '${JSON_TYPE}': ${typeOf(answer, `${name}Answer`)} }`;
  return `{ parameters: { ${given.join(' ')} header?: never; cookie?: never }; ${taken} responses: { 200: { headers: Record<string, unknown>; ${answered} } } }`;
}

/** The name of its type: of the shared schema that it is, else one of its own. */
function typeOf(schema, own) {
  const shared = /^#\/components\/schemas\/(\w+)$/.exec(schema.$ref ?? '')?.[1];
  if (shared !== undefined) return shared;
  schemas[own] = schema;
  return own;
}
