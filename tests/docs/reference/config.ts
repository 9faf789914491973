import { policyJsonSchema } from '@prunella/policy';
import { code, generatedFrom, table } from './markdown.ts';

/** The parts of a JSON Schema that are shown. */
interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  maxItems?: number;
}

/** A key, and in which of several kinds of an entry it may stand; empty: in all. */
interface Row {
  path: string;
  schema: Schema;
  kinds: readonly string[];
}

const HEAD = `Every key of \`prunella.yaml\`, with what it says, what it may hold and what holds where it is not given. What the keys are for and how they work together
is in [policy.md](policy.md); recipes are in the [policy cookbook](../guide/policy-cookbook.md). \`npx prunella policy schema\` prints the same as a JSON Schema, for editors.

Durations are text with a unit: \`500ms\`, \`5s\`, \`10m\`, \`1.5h\`, \`2d\`. \`[]\` behind a key: a list of such entries. An unknown key is an error that names the nearest one that there is.
`;
const WIDEST_DEFAULT = 60;

/** docs/reference/config.md. */
export function configReference(): string {
  const { properties = {} } = policyJsonSchema() as Schema;
  const match = properties['pipelines']?.items?.properties?.['match'];
  if (match === undefined) throw new Error('expected pipelines[].match in the schema of prunella.yaml, found none');
  const sections = Object.entries(properties).map(([name, schema]) => section(name, schema, match));
  return [
    generatedFrom('All keys of prunella.yaml', 'the schema in libs/policy', HEAD),
    section(
      'match',
      {
        ...match,
        description:
          'Which healing an entry is for: all that are given have to match. `*` stops at a slash, `**` does not, `?` is one character.',
      },
      {},
    ),
    ...sections,
  ].join('\n');
}

function section(name: string, schema: Schema, match: Schema): string {
  const rows = rowsOf(schema, '', match, []);
  const own = [schema.description ?? '', holds(schema)].filter((text) => text !== '').join(' ');
  const keys = rows.map(({ path, schema: one, kinds }) => [
    code(path),
    [kinds.length > 0 ? `(${kinds.join(', ')})` : '', one.description ?? ''].join(' '),
    typeOf(one),
    defaultOf(one, path),
  ]);
  const body = keys.length === 0 ? '' : `\n${table(['key', 'what', 'holds', 'default'], keys)}\n`;
  return `## ${code(name)}\n\n${own}\n${body}`;
}

/** What a section holds that is one value. */
function holds(schema: Schema): string {
  if (schema.properties !== undefined) return '';
  const usual = defaultOf(schema, '');
  return `Holds: ${typeOf(schema)}.${usual === '' ? '' : ` Default: ${usual}.`}`;
}

function rowsOf(schema: Schema, path: string, match: Schema, kinds: readonly string[]): Row[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const row = { path: at, schema: value, kinds };
    return isSame(value, match) ? [row] : [row, ...rowsOf(value, at, match, kinds)];
  });
  const items = schema.items === undefined ? [] : rowsOf(schema.items, `${path}[]`, match, kinds);
  const variants = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].filter((one) => one.properties !== undefined);
  return [...own, ...items, ...merged(variants, path, match)];
}

/** Keys that stand in several kinds of an entry are told once. */
function merged(variants: readonly Schema[], path: string, match: Schema): Row[] {
  const rows = variants.flatMap((one) => {
    const kind = one.properties?.['kind']?.const;
    return rowsOf(one, path, match, typeof kind === 'string' ? [kind] : []);
  });
  const first = new Map<string, Row>();
  for (const row of rows) {
    const key = row.path.endsWith('.kind')
      ? 'kind'
      : `${row.path} ${row.schema.description} ${defaultOf(row.schema, row.path)}`;
    const known = first.get(key);
    first.set(
      key,
      known === undefined
        ? row
        : { ...known, schema: joined(known.schema, row.schema), kinds: [...known.kinds, ...row.kinds] },
    );
  }
  return [...first.values()].map((row) => ({ ...row, kinds: row.kinds.length === variants.length ? [] : row.kinds }));
}

/** The word that tells the kinds apart holds all of them. */
function joined(a: Schema, b: Schema): Schema {
  if (a.const === undefined && a.enum === undefined) return a;
  return { type: 'string', description: 'What kind it is.', enum: [...(a.enum ?? [a.const]), b.const] };
}

function isSame(a: Schema, match: Schema): boolean {
  const names = (schema: Schema): string => Object.keys(schema.properties ?? {}).join();
  return a.properties !== undefined && names(a) === names(match);
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((word) => code(String(word))).join(' ');
  if (schema.const !== undefined) return code(String(schema.const));
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (variants.some(({ properties }) => properties !== undefined)) return 'one of several kinds';
  if (variants.length > 0)
    return isGlob(variants) ? 'glob, or a list of globs' : [...new Set(variants.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list${schema.maxItems === undefined ? '' : ` (at most ${schema.maxItems})`}`;
  if (schema.properties !== undefined)
    return Object.hasOwn(schema.properties, 'cause') && Object.hasOwn(schema.properties, 'platform')
      ? '[match](#match)'
      : 'keys';
  if (schema.type === 'object') return 'names and values';
  if (schema.type === 'integer' || schema.type === 'number') return numberOf(schema);
  if (schema.type === 'boolean') return 'yes or no';
  return isDuration(schema.default) ? 'duration' : 'text';
}

function isGlob([one, many]: readonly Schema[]): boolean {
  return one?.type === 'string' && one.enum === undefined && many?.type === 'array';
}

function isDuration(value: unknown): boolean {
  return typeof value === 'string' && /^\d+(?:ms|s|m|h|d)$/.test(value);
}

function numberOf({ type, minimum = 0, maximum }: Schema): string {
  const of = type === 'integer' ? 'whole number' : 'number';
  return maximum === undefined || maximum > 1e12 ? of : `${of}, ${minimum} to ${maximum}`;
}

function defaultOf(schema: Schema, path: string): string {
  if (schema.default === undefined) return '';
  const text = typeof schema.default === 'string' ? schema.default : JSON.stringify(schema.default);
  // What an entry of its own tells in its rows is not told twice.
  if (text === '{}' || (schema.properties !== undefined && path !== '')) return '';
  if (text === '""') return '';
  return text.length > WIDEST_DEFAULT ? 'see the schema' : text === '' ? '' : code(text);
}
